"""What becomes of files where a call that writes fails, is cut short, or is the last one."""
