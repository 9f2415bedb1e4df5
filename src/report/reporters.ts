/** Every reporter that there is. */
import { consoleReporter } from './console';
import { jsonReporter } from './json';
import { ktapReporter } from './ktap';
import type { ReporterFactory } from './report';

/** By the name that `--reporter` takes. */
export const REPORTERS: ReadonlyMap<string, ReporterFactory> = new Map([
  ['console', consoleReporter],
  ['json', jsonReporter],
  ['ktap', ktapReporter],
]);
