// Counts the session's time down, warns before its end, and leaves the page when it has come. The
// server ends the session; this only keeps the page from looking as if it had not.
"use strict";

(() => {
  const settings = document.body.dataset;
  const warning = document.getElementById("warning");
  const stay = document.getElementById("stay");
  const title = document.title;
  // A server that takes longer has given no answer.
  const patience = 10000;
  const whole = { idle: 0, absolute: 0 };
  // When the session ends, by this computer's clock: it goes on while the computer sleeps, and what
  // it is set to does not matter, because the server says how long, not until when.
  const ends = { idle: 0, absolute: 0 };
  let leaving = false;
  let ending = false;
  let asking = null;

  const text = (ms) => {
    const seconds = Math.max(0, Math.ceil(ms / 1000));
    const two = (number) => String(number).padStart(2, "0");
    return seconds < 3600
      ? `${Math.floor(seconds / 60)}:${two(seconds % 60)}`
      : `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  };

  const leave = (ended) => {
    leaving = true;
    document.body.hidden = true;
    location.replace(`/sign-in?ended=${encodeURIComponent(ended)}`);
  };

  const set = (left) => {
    const now = Date.now();
    for (const limit of ["idle", "absolute"]) {
      ends[limit] = now + left[limit];
      whole[limit] = Math.max(whole[limit], left[limit]);
    }
    show();
  };

  const show = () => {
    if (leaving || ending) return;
    const now = Date.now();
    const left = { idle: ends.idle - now, absolute: ends.absolute - now };
    const why = left.idle < left.absolute ? "idle" : "limit";
    left.next = Math.min(left.idle, left.absolute);
    for (const place of document.querySelectorAll("[data-count]")) {
      place.textContent = text(left[place.dataset.count]);
    }
    for (const bar of document.querySelectorAll("[data-part]")) {
      bar.value = Math.max(0, left[bar.dataset.part] / whole[bar.dataset.part]);
    }
    const soon = left.next <= Number(settings.warning);
    warning.hidden = !soon;
    stay.hidden = why !== "idle";
    for (const reason of warning.querySelectorAll("[data-why]")) {
      reason.hidden = !soon || reason.dataset.why !== why;
    }
    document.title = soon ? `${text(left.next)} · ${title}` : title;
    if (left.next <= 0) end(why);
  };

  // The time is up by what this page knows. Another window may have renewed the session, so the
  // server is asked once more, and until it has answered nothing is shown.
  const end = async (why) => {
    ending = true;
    document.body.hidden = true;
    await askAnew();
    ending = false;
    if (leaving) return;
    if (Math.min(ends.idle, ends.absolute) <= Date.now()) return leave(why);
    document.body.hidden = false;
    show();
  };

  // One question at a time; whoever asks meanwhile waits for the same answer.
  const ask = () => (asking ??= answer().finally(() => (asking = null)));

  // A question under way may have been answered before what is asked about.
  const askAnew = async () => {
    await asking;
    await ask();
  };

  const answer = async () => {
    try {
      const given = await fetch("/session", {
        cache: "no-store",
        signal: AbortSignal.timeout(patience),
      });
      if (given.ok) set(await given.json());
      else if (given.status === 401) leave((await given.json()).ended);
    } catch {
      // no answer: the time runs on
    }
  };

  stay.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await fetch(stay.action, { method: "POST", redirect: "manual" });
    } catch {
      // no answer: the time runs on
    }
    await askAnew();
  });

  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") {
      show();
      ask();
    }
  });
  // A page that comes back from the browser's memory is as old as it was.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });

  set({ idle: Number(settings.idle), absolute: Number(settings.absolute) });
  setInterval(show, 250);
  setInterval(ask, Number(settings.poll));
})();
