/** Prints a result: JSON with `--json`, otherwise the words or table given by `human`. */
export type Print = (value: unknown, human: () => string) => void;

export function printer(json: boolean, write: (text: string) => void): Print {
  return (value, human) => {
    const text = json ? JSON.stringify(value ?? null, null, 2) : human();
    if (text !== '') write(`${text}\n`);
  };
}

type Column<Row> = readonly [title: string, value: (row: Row) => string | number | boolean | null | undefined];

/** A plain table; the width of a full-width character counts as two. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const cells = [
    columns.map(([title]) => title),
    ...rows.map((row) => columns.map(([, value]) => printable(value(row)))),
  ];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => width(line[index] ?? ''))));
  return cells
    .map((line) =>
      line
        .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

// A name from a device must not be able to steer the terminal.
function printable(value: string | number | boolean | null | undefined): string {
  return value === null || value === undefined ? '-' : String(value).replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}

function width(text: string): number {
  let sum = 0;
  for (const character of text) sum += /[ᄀ-ᅟ⺀-ꓐ가-힣豈-﫿︰-﹏＀-｠￠-￦]/.test(character) ? 2 : 1;
  return sum;
}
