/**
 * Whether the contracts let a contractor's devices be managed on the day of an instant, as a condition of a statement; both
 * arguments are expressions of that statement. The room of contracts keeps those days (`contract_heads.service_days`) so
 * that the device channel needs no second round trip, and needs to know no rule: without a contract in force nothing new is
 * sent to a device.
 */
export function inService(contractor: string, now: string): string {
  return `exists (select from contract_heads s where s.contractor_id = ${contractor}
    and s.service_days @> (${now} at time zone 'Asia/Tokyo')::date)`;
}
