// The page of a product. Without this file pictures scroll, thumbnails lead to them, and a press on
// a picture opens it alone.
"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const pictures = () => [...document.querySelectorAll("[data-zoom]")];

  // Which picture of the row is looked at: its thumbnail is marked.
  const mark = (place) => {
    const links = document.querySelectorAll(".gallery-more a");
    links.forEach((link, n) => {
      if (n === place) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    });
  };
  const place = () => {
    const track = find("gallery-track");
    return track ? Math.round(Math.abs(track.scrollLeft) / track.clientWidth) : 0;
  };
  document.addEventListener("scroll", ({ target }) => {
    if (target.id === "gallery-track") mark(place());
  }, { capture: true, passive: true });

  // To a picture without moving the page up to it.
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".gallery-more a");
    if (!link) return;
    event.preventDefault();
    const wanted = document.querySelector(link.getAttribute("href"));
    const track = find("gallery-track");
    track.scrollTo({ left: wanted.offsetLeft - track.offsetLeft });
  });

  // The large picture: arrows turn the pages, a press brings the details nearer.
  let shown = 0;
  const show = (n) => {
    const all = pictures();
    shown = (n + all.length) % all.length;
    const small = all[shown].querySelector("img");
    const large = find("zoom").querySelector("img");
    large.src = all[shown].href;
    large.alt = small.alt;
    large.width = small.getAttribute("width");
    large.height = small.getAttribute("height");
    near(false);
  };
  const near = (isNear) => find("zoom").classList.toggle("is-near", isNear);
  document.addEventListener("click", (event) => {
    const { target } = event;
    const link = target.closest("[data-zoom]");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      show(pictures().indexOf(link));
      find("zoom").showModal();
    }
    const turn = target.closest("[data-turn]");
    if (turn) show(shown + Number(turn.dataset.turn));
    if (target.closest(".zoom-picture")) near(!find("zoom").classList.contains("is-near"));
  });
  document.addEventListener("keydown", (event) => {
    const zoom = find("zoom");
    if (!zoom?.open || pictures().length < 2 || zoom.classList.contains("is-near")) return;
    if (event.key === "ArrowRight") show(shown + 1);
    if (event.key === "ArrowLeft") show(shown - 1);
  });
  // Closed on the picture that was looked at last.
  document.addEventListener("close", ({ target }) => {
    if (target.id !== "zoom") return;
    document.querySelectorAll(".gallery-more a")[shown]?.click();
    pictures()[shown]?.focus({ preventScroll: true });
  }, true);

  // What was looked at, kept in this browser and nowhere else.
  const MOST = 9;
  const remembered = () => {
    try {
      const kept = JSON.parse(localStorage.getItem("seen") || "[]");
      return Array.isArray(kept) ? kept.filter((slug) => typeof slug === "string") : [];
    } catch {
      return [];
    }
  };
  const remember = (slugs) => {
    try {
      localStorage.setItem("seen", JSON.stringify(slugs.slice(0, MOST)));
    } catch {
      // Storage is switched off: nothing is remembered.
    }
  };
  const showSeen = async (slugs) => {
    const part = find("seen");
    const asked = new URLSearchParams(slugs.map((slug) => ["p", slug]));
    try {
      const answer = await fetch(`${part.dataset.address}?${asked}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (!answer.ok || !page.querySelector("li")) return;
      find("seen-products").replaceChildren(...page.body.children);
      part.hidden = false;
    } catch {
      // Offline: the page is complete without it.
    }
  };
  const here = document.querySelector("[data-seen]")?.dataset.seen;
  const others = remembered().filter((slug) => slug !== here);
  if (here) remember([here, ...others]);
  if (others.length && find("seen")) showSeen(others.slice(0, 4));
  document.querySelector("[data-forget]")?.addEventListener("click", () => {
    remember(here ? [here] : []);
    find("seen").hidden = true;
  });
})();
