// Everything works without this file; it spares a click.
"use strict";

const LOOK_MS = 5000;
const home = document.body.dataset.home; // of one runner of a club
const drop = document.getElementById("drop");

// files may be let fall anywhere on the page
if (drop) {
  const field = drop.querySelector("input[type=file]");
  for (const name of ["dragover", "dragenter"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", () => drop.classList.remove("over"));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    if (event.dataTransfer.files.length) {
      field.files = event.dataTransfer.files;
      drop.requestSubmit();
    }
  });
}

// the plan answers while it is typed
const plan = document.getElementById("plan");
if (plan) {
  let timer = 0;
  plan.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const data = new FormData(plan);
      data.delete("routes"); // files go with the button
      const answer = await fetch(`${home}/plan`, {
        method: "POST",
        body: data,
        headers: { "X-Part": "answer" },
      });
      if (answer.ok) {
        document.getElementById("answer").innerHTML = await answer.text();
      }
    }, 400);
  });
}

// a changed folder is noticed; what is typed stays until the reader asks for the new page
const state = document.getElementById("state");
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

async function look() {
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
    if (!isTyping()) {
      location.reload();
      return;
    }
    const link = document.createElement("a");
    link.href = location.href;
    link.textContent = "Your folder has changed. Show the new page.";
    state.replaceChildren(link);
  } else if (found.total) {
    state.textContent = `Reading your files: ${found.done} of ${found.total}.`;
  }
}

setInterval(() => {
  if (!document.hidden) look();
}, LOOK_MS);
