/**
 * The largest of the numbers and of `least`. Other than `Math.max(...numbers)`, for any number of them: arguments go
 * onto the stack, and some hundred thousand are more than it holds.
 */
export function largest(least: number, numbers: readonly number[]): number {
  return numbers.reduce((most, number) => Math.max(most, number), least);
}
