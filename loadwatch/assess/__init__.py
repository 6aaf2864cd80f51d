"""Third storey, assess: exposure rows -> weekly table, flags, headroom and the diary's answer."""
