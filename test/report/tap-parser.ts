/** What Perl's TAP::Parser makes of a stream: an independent reader, which comes with Debian's perl. */
import { spawnSync } from 'node:child_process';

export interface PerlReading {
  readonly plan: string;
  readonly errors: readonly string[];
  /** Lines that mean nothing in TAP. */
  readonly unknown: readonly string[];
  readonly comments: readonly string[];
  readonly tests: readonly PerlTest[];
}

interface PerlTest {
  readonly number: number;
  readonly ok: boolean;
  readonly description: string;
  readonly directive: string;
  readonly explanation: string;
  /** The block of diagnostics behind it. */
  readonly yaml?: unknown;
}

const PROGRAM = `
use strict; use warnings; use TAP::Parser; use JSON::PP;
my $text = do { local $/; binmode STDIN; <STDIN> };
my $parser = TAP::Parser->new({ tap => $text });
my ($plan, @unknown, @comments, @tests) = ('');
while (my $line = $parser->next) {
  if ($line->is_plan) { $plan = $line->plan }
  elsif ($line->is_unknown) { push @unknown, $line->as_string }
  elsif ($line->is_comment) { push @comments, $line->as_string }
  elsif ($line->is_yaml) { $tests[-1]{yaml} = $line->data }
  elsif ($line->is_test) {
    push @tests, {
      number => $line->number + 0, ok => $line->ok =~ /^not/ ? JSON::PP::false : JSON::PP::true,
      description => $line->description, directive => $line->directive, explanation => $line->explanation,
    };
  }
}
# What was read as bytes is written as bytes: it is UTF-8 before and after.
print JSON::PP->new->encode({
  plan => $plan, errors => [$parser->parse_errors], unknown => \\@unknown, comments => \\@comments, tests => \\@tests,
});
`;

export function readWithPerl(text: string): PerlReading {
  const run = spawnSync('perl', ['-e', PROGRAM], { input: text, encoding: 'utf8' });
  if (run.error !== undefined)
    throw new Error('this test needs perl; as root: apt-get install perl', { cause: run.error });
  if (run.status !== 0) throw new Error(`perl ended with status ${String(run.status)}: ${run.stderr}`);
  return JSON.parse(run.stdout) as PerlReading;
}
