/** The program of the page: shows what its address names. */
import type { SuiteView } from '../view';
import { type Place, placeOf } from './address';
import { readItem, readSuite } from './data';
import { element } from './dom';
import { itemSection } from './item';
import { Overview } from './overview';

class Page {
  readonly #suite: SuiteView;
  readonly #overview: Overview;
  readonly #main: HTMLElement;
  #shown: number | undefined;

  constructor(suite: SuiteView, main: HTMLElement) {
    this.#suite = suite;
    this.#overview = new Overview(suite);
    this.#main = main;
  }

  /** @param isFirst the page has just been opened: the focus stays where the browser has put it */
  async show(place: Place, isFirst: boolean): Promise<void> {
    if (place.kind === 'item' && this.#suite.items[place.index] !== undefined) await this.#showItem(place, isFirst);
    else this.#showOverview(isFirst);
  }

  #showOverview(isFirst: boolean): void {
    const last = this.#shown;
    this.#shown = undefined;
    document.title = 'packetspec';
    this.#main.replaceChildren(this.#overview.root);
    if (!isFirst) this.#overview.focusOn(last);
  }

  async #showItem({ index, part }: Extract<Place, { kind: 'item' }>, isFirst: boolean): Promise<void> {
    const summary = this.#suite.items[index];
    if (summary === undefined) return;
    if (this.#shown !== index) {
      const shown = this.#overview.shown;
      const section = await itemSection(await readItem(index), {
        index,
        summary,
        previous: shown.findLast((other) => other < index),
        next: shown.find((other) => other > index),
      });
      this.#shown = index;
      document.title = `${summary.status}: ${summary.name === '' ? summary.file : summary.name} - packetspec`;
      this.#main.replaceChildren(section);
      window.scrollTo(0, 0);
      if (!isFirst && part === undefined) section.querySelector<HTMLElement>('h1')?.focus();
    }
    if (part !== undefined) reveal(part);
  }
}

/** Scrolls to a part and gives it the focus, so that reading goes on there. */
function reveal(id: string): void {
  const target = document.getElementById(id);
  target?.scrollIntoView({ block: 'center' });
  target?.focus({ preventScroll: true });
}

async function start(): Promise<void> {
  const main = element('main', { id: 'main' });
  document.body.prepend(main);
  const complain = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    main.replaceChildren(element('p', { role: 'alert' }, `This cannot be shown: ${reason}.`));
  };
  try {
    const page = new Page(await readSuite(), main);
    await page.show(placeOf(location.hash), true);
    addEventListener('hashchange', () => {
      page.show(placeOf(location.hash), false).catch(complain);
    });
  } catch (error) {
    complain(error);
  }
}

void start();
