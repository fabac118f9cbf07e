import { inService } from './service-days.ts';

// The statements of the hot path. Each runs once for up to 256 devices of any contractors, under the device role.

/**
 * Who speaks, and whether it may: read anew at every contact, so that a revocation holds from the next one on.
 * $1 contractors, $2 hashes of certificates, $3 renewal only, $4 now.
 */
const CONTACT = `
select u.n, u.contractor_id, u.renewal_only, i.enrollment_id,
  case
    when i.enrollment_id is null then 'unknown'
    when i.revoked_at is not null then 'revoked'
    when i.superseded_at < $4::timestamptz - interval '1 day' then 'superseded'
    else e.state
  end as verdict
from unnest($1::uuid[], $2::bytea[], $3::boolean[]) with ordinality as u(contractor_id, sha256, renewal_only, n)
left join lateral (
  select i.enrollment_id, i.revoked_at, i.superseded_at from apple_identities i
  where i.contractor_id = u.contractor_id and i.certificate_sha256 = u.sha256 limit 1
) i on true
left join lateral (
  select e.state from apple_enrollments e
  where e.contractor_id = u.contractor_id and e.enrollment_id = i.enrollment_id limit 1
) e on true`;

/** The order of architecture.md: not yet stuck before stuck, then priority, then age. */
const ORDER = 'c.attempts >= $5::smallint, c.priority desc, c.seq';
const OPEN = `c.contractor_id = k.contractor_id and c.enrollment_id = k.enrollment_id and c.finished_at is null
  and c.expires_at > $4::timestamptz and (not k.renewal_only or c.purpose = 'renewal')`;

/** Nothing goes out without a contract in force; answers are taken all the same. */
const SERVED = inService('k.contractor_id', '$4::timestamptz');

/**
 * An Idle: the next command of each device, and only rows with something to say. A new session makes deferred commands
 * eligible again. `raced`: the command was finished by somebody else in between; ask again.
 */
export const POLL = `
with contact as materialized (${CONTACT}),
pick as materialized (
  select k.n, c.contractor_id, c.enrollment_id, c.command_id, c.sealed, c.deliver
  from contact k cross join lateral (
    select c.contractor_id, c.enrollment_id, c.command_id, c.sealed, c.resting, row_number() over (order by ${ORDER}) = 1 as deliver
    from apple_commands c where ${OPEN}
  ) c
  where k.verdict = 'enrolled' and (c.deliver or c.resting) and ${SERVED}
),
sent as materialized (
  select p.n, p.deliver, p.command_id, p.sealed,
    apple_deliver(p.contractor_id, p.enrollment_id, p.command_id, p.deliver, $4::timestamptz) as body
  from pick p
)
select k.n::integer, k.verdict, s.command_id, s.sealed, s.body as payload, s.n is not null and s.body is null as raced
from contact k left join sent s on s.n = k.n and s.deliver
where k.verdict <> 'enrolled' or s.n is not null`;

const ANSWERED = (body: string) => `
with given as materialized (
  select * from unnest($6::uuid[], $7::text[], ${body}) with ordinality as g(command_id, status, body, n)
),
contact as materialized (${CONTACT}),
live as materialized (
  select k.n, k.contractor_id, k.enrollment_id, k.renewal_only, g.command_id, g.status, g.body
  from contact k join given g using (n) where k.verdict = 'enrolled'
),
answered as materialized (
  select k.*, apple_finish(k.contractor_id, k.enrollment_id, k.command_id, k.status, $4::timestamptz) as counted from live k
),
stored as (
  insert into apple_answers (contractor_id, enrollment_id, command_id, status, body, received_at)
  select contractor_id, enrollment_id, command_id, status, body, $4::timestamptz from answered where counted
),
pick as materialized (
  select k.n, c.contractor_id, c.enrollment_id, c.command_id, c.sealed
  from live k cross join lateral (
    select c.contractor_id, c.enrollment_id, c.command_id, c.sealed from apple_commands c
    where ${OPEN} and not c.resting and c.command_id is distinct from k.command_id
    order by ${ORDER} limit 1
  ) c
  where ${SERVED}
),
sent as materialized (
  select p.n, p.command_id, p.sealed,
    apple_deliver(p.contractor_id, p.enrollment_id, p.command_id, true, $4::timestamptz) as body
  from pick p
)
select k.n::integer, k.verdict, s.command_id, s.sealed, s.body as payload,
  s.n is not null and s.body is null as raced, a.counted,
  case when not a.counted then (
    select coalesce(c.outcome, 'open') from apple_commands c
    where c.contractor_id = a.contractor_id and c.enrollment_id = a.enrollment_id and c.command_id = a.command_id
  ) end as earlier
from contact k
left join answered a on a.n = k.n
left join sent s on s.n = k.n`;

/**
 * An answer: counts once, is stored as received, and the next command of the session goes out, all in one statement.
 * $6 commands, $7 statuses, $8 bodies. `earlier`: how a command that was finished before had ended; null if unknown.
 */
export const ANSWER = ANSWERED('$8::bytea[]');
/** The same for one large body, sent as it is instead of as text within an array. */
export const ANSWER_LARGE = ANSWERED('array[$8::bytea]');

/** What never changes about a certificate once it is bound: for the cache. $1 contractor, $2 hash. */
export const BINDING = `
select i.enrollment_id, e.device_id, i.udid from apple_identities i
join apple_enrollments e on e.contractor_id = i.contractor_id and e.enrollment_id = i.enrollment_id
where i.contractor_id = $1 and i.certificate_sha256 = $2`;
