/** Every reporter that there is. */
import { consoleReporter } from './console';
import { githubReporter } from './github';
import { htmlReporter } from './html/html';
import { jsonReporter } from './json';
import { junitReporter } from './junit';
import { ktapReporter } from './ktap';
import type { ReporterFactory } from './report';
import { tapReporter } from './tap';

/** By the name that `--reporter` takes. */
export const REPORTERS: ReadonlyMap<string, ReporterFactory> = new Map<string, ReporterFactory>([
  ['console', consoleReporter],
  ['html', htmlReporter],
  ['json', jsonReporter],
  ['junit', junitReporter],
  ['tap', tapReporter],
  ['ktap', ktapReporter],
  ['github', githubReporter],
]);
