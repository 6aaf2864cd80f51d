// Everything works without this file; it spares a click.
"use strict";

const LOOK_MS = 5000;
const READING_MS = 1000;
const NOTHING_TO_READ = "What was dropped holds no file that can be read here.";
const home = document.body.dataset.home; // of one runner of a club
const drop = document.getElementById("drop");
const state = document.getElementById("state");

// files and folders may be let fall anywhere on the page
if (drop) {
  const field = document.getElementById("drop-files");
  const suffixes = field.accept.split(",");
  const most = Number(drop.dataset.most);
  for (const name of ["dragover", "dragenter"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    const entries = [...event.dataTransfer.items]
      .map((item) => item.webkitGetAsEntry?.())
      .filter(Boolean);
    const files = [...event.dataTransfer.files];
    if (entries.some((entry) => entry.isDirectory)) {
      files.length = 0;
      for (const entry of entries) await listFiles(entry, suffixes, files);
    }
    if (!files.length) {
      if (entries.length) state.textContent = NOTHING_TO_READ;
      return;
    }
    const box = new DataTransfer();
    for (const file of files) box.items.add(file);
    field.files = box.files;
    drop.requestSubmit();
  });
  drop.addEventListener("submit", (event) => {
    const files = [...drop.querySelectorAll("input[type=file]")].flatMap((one) => [...one.files]);
    const size = files.reduce((sum, file) => sum + file.size, 0);
    if (size > most) {
      event.preventDefault();
      state.textContent = "That is more than a browser can send here. Put the files into the folder by hand.";
      return;
    }
    state.textContent = `Copying ${files.length} files, ${Math.ceil(size / 1e6)} MB.`;
  });
}

// the recordings below a folder, whatever else it holds
async function listFiles(entry, suffixes, found) {
  if (entry.isFile) {
    if (suffixes.some((suffix) => entry.name.toLowerCase().endsWith(suffix))) {
      found.push(await new Promise((done, failed) => entry.file(done, failed)));
    }
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) return;
    for (const inner of some) await listFiles(inner, suffixes, found);
  }
}

// the plan answers while it is typed; an answer to what was typed before is dropped
const plan = document.getElementById("plan");
if (plan) {
  let timer = 0;
  let newest = 0;
  plan.addEventListener("input", () => {
    clearTimeout(timer);
    newest += 1;
    timer = setTimeout(showAnswer, 400, newest);
  });
  async function showAnswer(number) {
    const data = new FormData(plan);
    data.delete("routes"); // files go with the button
    let text;
    try {
      const answer = await fetch(`${home}/plan`, {
        method: "POST",
        body: data,
        headers: { "X-Part": "answer" },
      });
      if (!answer.ok) return;
      text = await answer.text();
    } catch {
      return; // the page is left, or loadwatch has ended, which is said below
    }
    if (number === newest) document.getElementById("answer").innerHTML = text;
  }
}

// a message is copied with one click; without script a click selects it
for (const message of document.querySelectorAll(".message")) {
  const button = document.createElement("button");
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(message.textContent);
    button.textContent = "Copied";
  });
  message.after(button);
}

// a changed folder is noticed; what is typed stays until the reader asks for the new page
const shown = Number(document.body.dataset.version);

function isTyping() {
  const fields = document.querySelectorAll("input:not([type=hidden]), select");
  return [...fields].some((field) =>
    field.type === "radio" || field.type === "checkbox"
      ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT"
        ? [...field.options].some((option) => option.selected !== option.defaultSelected && option.value !== "")
        : field.value !== field.defaultValue,
  );
}

let lookTimer = 0; // while a reading is under way; one at a time

async function look() {
  clearTimeout(lookTimer);
  let found;
  try {
    const answer = await fetch(`${home}/state`);
    if (!answer.ok) return;
    found = await answer.json();
  } catch {
    state.textContent = "loadwatch has ended. Start it again: loadwatch serve";
    return;
  }
  if (found.version !== shown) {
    // the answer to a form would be asked for by sending the form again
    if (!isTyping() && !("isAnswer" in document.body.dataset)) {
      location.reload();
      return;
    }
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Your folder has changed. Show the new page.";
    state.replaceChildren(link);
  } else if (found.total) {
    state.textContent = `Reading your files: ${found.done} of ${found.total}.`;
    lookTimer = setTimeout(look, READING_MS);
  }
}

setInterval(() => {
  if (!document.hidden) look();
}, LOOK_MS);
