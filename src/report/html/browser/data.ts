/** The data of the page: unpacked when they are asked for, and the last few kept. */
import { DATA_ID, type ItemView, type SuiteView } from '../view';

export function readSuite(): Promise<SuiteView> {
  return read<SuiteView>(DATA_ID.suite);
}

export function readItem(index: number): Promise<ItemView> {
  return read<ItemView>(`${DATA_ID.item}${index}`);
}

export function readSource(index: number): Promise<string> {
  return read<string>(`${DATA_ID.source}${index}`);
}

async function read<T>(id: string): Promise<T> {
  const packed = (await holder(id)).textContent ?? '';
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return JSON.parse(await new Response(unpacked).text()) as T;
}

/** The element, which may come later than the program of the page. @throws when the page has been cut off */
async function holder(id: string): Promise<Element> {
  if (document.getElementById(id) === null && document.readyState === 'loading')
    await new Promise((resolve) => document.addEventListener('DOMContentLoaded', resolve, { once: true }));
  const found = document.getElementById(id);
  if (found === null) throw new Error('this page is not whole: it was cut off while it was written, or changed');
  return found;
}
