// Has Mermaid parse diagrams: reads a JSON list of texts from standard input, writes a JSON list with the type of each,
// or with what is wrong with it. Mermaid needs a document for some diagrams, though it draws nothing here.

import { text } from "node:stream/consumers";
import { Window } from "happy-dom";

const window = new Window();
globalThis.window = window;
globalThis.document = window.document;
for (const name of ["DOMParser", "DocumentFragment", "Element", "HTMLElement", "HTMLFormElement", "Node", "NodeFilter"]) {
  globalThis[name] = window[name];
}

const { default: mermaid } = await import("mermaid");
mermaid.initialize({ startOnLoad: false, securityLevel: "strict" });

const answers = [];
for (const diagram of JSON.parse(await text(process.stdin))) {
  try {
    answers.push({ type: (await mermaid.parse(diagram)).diagramType, error: null });
  } catch (error) {
    answers.push({ type: null, error: String(error) });
  }
}
process.stdout.write(JSON.stringify(answers));
process.exit(0);
