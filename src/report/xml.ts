/** XML 1.0 as text: elements with attributes, everything escaped. What XML cannot hold becomes a middle dot. */
import { printable } from '../base/printable';

/** Attributes whose value is absent are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element around content that is XML already; without content it is closed at once. */
export function element(name: string, attributes: Attributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${attributeText(String(value))}"`)
    .join('');
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`;
}

/** Text between tags: what the Char production of XML 1.0 leaves out is not printable either. `>` because of `]]>`. */
export function xmlText(text: string): string {
  return printable(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A reader turns line breaks and tabs of an attribute into spaces unless they are written as numbers. */
function attributeText(text: string): string {
  return xmlText(text).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}
