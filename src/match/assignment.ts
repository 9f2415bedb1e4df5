/**
 * Which of several expected things each arrival is, when one may fit more than one of them.
 *
 * Taking the first that fits would use up a loose pattern for an arrival that a strict one needs. Each new arrival is
 * placed by the augmenting path of Kuhn's algorithm, so that all have a place whenever that is possible.
 */
export class Assignment<Member, Arrival> {
  readonly #members: readonly Member[];
  readonly #fits: (member: Member, arrival: Arrival) => boolean;
  readonly #arrivals = new Map<Member, Arrival>();

  constructor(members: readonly Member[], fits: (member: Member, arrival: Arrival) => boolean) {
    this.#members = members;
    this.#fits = fits;
  }

  /** Members for which nothing has come. */
  get missing(): readonly Member[] {
    return this.#members.filter((member) => !this.#arrivals.has(member));
  }

  /** Members with what has come for them, in the order of the members. */
  get placed(): readonly (readonly [Member, Arrival])[] {
    return [...this.#arrivals].sort(([left], [right]) => this.#members.indexOf(left) - this.#members.indexOf(right));
  }

  /** Finds a place for the arrival, moving others when need be; false when there is none. */
  place(arrival: Arrival): boolean {
    return this.#augment(arrival, new Set());
  }

  #augment(arrival: Arrival, tried: Set<Member>): boolean {
    for (const member of this.#members) {
      if (tried.has(member) || !this.#fits(member, arrival)) continue;
      tried.add(member);
      const other = this.#arrivals.get(member);
      if (other !== undefined && !this.#augment(other, tried)) continue;
      this.#arrivals.set(member, arrival);
      return true;
    }
    return false;
  }
}
