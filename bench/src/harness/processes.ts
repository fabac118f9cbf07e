import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of a process's CPU time; 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

type Stat = { readonly parent: number; readonly ticks: number; readonly childTicks: number };

function statOf(pid: number): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold spaces and brackets: fields are counted behind its last bracket.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map(
      (n) => fields[n],
    );
    return { parent, ticks: user + system, childTicks: childUser + childSystem };
  } catch {
    return undefined; // it ended
  }
}

function processes(): ReadonlyMap<number, Stat> {
  const found = new Map<number, Stat>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) found.set(Number(name), stat);
  }
  return found;
}

/** Seconds of CPU that one process has used. */
export function cpuOf(pid: number): number {
  return (statOf(pid)?.ticks ?? 0) / TICKS_PER_SECOND;
}

/** Seconds of CPU that all descendants of a process have used: the embedded PostgreSQL of a server. */
export function cpuOfDescendants(pid: number): number {
  const all = processes();
  let ticks = 0;
  const below = (parent: number) => {
    for (const [child, stat] of all) {
      if (stat.parent !== parent) continue;
      ticks += stat.ticks + stat.childTicks;
      below(child);
    }
  };
  below(pid);
  return ticks / TICKS_PER_SECOND;
}

/** Resident memory of a process in bytes. */
export function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}
