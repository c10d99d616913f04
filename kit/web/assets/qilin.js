// Enhancement only: every page works without it.
(() => {
  "use strict";
  // After a refused form, the summary of what to mend has the focus.
  const problems = document.getElementById("problems");
  if (problems) problems.focus();

  // Read aloud: a button before each part that is marked for it, where the browser can speak.
  if ("speechSynthesis" in window) {
    for (const part of document.querySelectorAll("[data-read-aloud]")) {
      const words = part.dataset.readAloud.split("|");
      const button = document.createElement("button");
      button.type = "button";
      button.className = "quiet read-aloud";
      button.textContent = words[0];
      button.addEventListener("click", () => {
        const speaking = speechSynthesis.speaking;
        speechSynthesis.cancel();
        for (const other of document.querySelectorAll(".read-aloud")) other.textContent = words[0];
        if (speaking) return;
        const speech = new SpeechSynthesisUtterance(part.innerText.replace(button.innerText, ""));
        speech.lang = document.documentElement.lang;
        speech.rate = 0.9;
        speech.onend = () => { button.textContent = words[0]; };
        button.textContent = words[1];
        speechSynthesis.speak(speech);
      });
      part.prepend(button);
    }
  }

  // What is folded under a name closes by Escape, and when something else is touched.
  const folded = () => document.querySelectorAll("details.group[open]");
  document.addEventListener("click", (event) => {
    for (const group of folded()) if (!group.contains(event.target)) group.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const group of folded()) {
      const inside = group.contains(document.activeElement);
      group.open = false;
      if (inside) group.querySelector("summary").focus();
    }
  });

  // A form is sent once, however often its button is pressed.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented) return;
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
