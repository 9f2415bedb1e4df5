/**
 * The JSON Schema of a spec, for editors: completion, descriptions, and a first look at keys and types.
 *
 * It is made from the schemas that the parser uses. It is laxer than the parser: wherever a number belongs, a text with
 * `${...}` will do, and texts with a grammar are texts.
 */
import * as z from 'zod/mini';
import { SPEC_SCHEMA, STEP_SCHEMAS } from './yaml/schema';

const TEMPLATE = { type: 'string', pattern: String.raw`\$\{` } as const;

/** A fresh object; `$id` is left to whoever publishes it. */
export function jsonSchema(): object {
  const { repeat, ...actions } = STEP_SCHEMAS;
  const step: z.ZodMiniType = z.lazy(() => z.union([...Object.values(actions), repeatStep]));
  const steps = z.array(step).check(z.minLength(1));
  const repeatStep = z.extend(repeat, { steps: described(steps, 'What is repeated.') });
  const spec = z.extend(SPEC_SCHEMA, { steps: described(steps, 'What happens, in order.') });
  z.globalRegistry.add(step, { id: 'step', description: 'One step: exactly one action, and what belongs to it.' });
  const schema = z.toJSONSchema(spec, {
    io: 'input',
    reused: 'inline',
    override: ({ jsonSchema: part }) => allowTemplate(part),
  });
  z.globalRegistry.remove(step);
  return { ...schema, title: 'packetspec' };
}

function described<T extends z.ZodMiniType>(schema: T, description: string): T {
  return schema.check(z.meta({ description }));
}

/** `backlog: ${n}` is a text to an editor. */
function allowTemplate(part: z.core.JSONSchema.BaseSchema): void {
  if (part.type !== 'integer' && part.type !== 'number' && part.type !== 'boolean') return;
  const { description, ...own } = part;
  for (const key of Object.keys(part)) Reflect.deleteProperty(part, key);
  Object.assign(part, description === undefined ? {} : { description }, { anyOf: [own, TEMPLATE] });
}
