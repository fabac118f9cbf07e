-- Identities, sessions and second factors, in better-auth's own shape (its column names are camel case), in a schema of
-- their own. Only the role for people's requests reaches it.
create schema auth;
grant usage on schema auth to tsukasa_app;

create table auth."user" (
  "id" text primary key, "name" text not null, "email" text not null unique, "emailVerified" boolean not null,
  "image" text, "createdAt" timestamptz not null default current_timestamp,
  "updatedAt" timestamptz not null default current_timestamp, "twoFactorEnabled" boolean
);
create table auth."session" (
  "id" text primary key, "expiresAt" timestamptz not null, "token" text not null unique,
  "createdAt" timestamptz not null default current_timestamp, "updatedAt" timestamptz not null,
  "ipAddress" text, "userAgent" text, "userId" text not null references auth."user" ("id") on delete cascade
);
create index "session_userId_idx" on auth."session" ("userId");
create table auth."account" (
  "id" text primary key, "accountId" text not null, "providerId" text not null,
  "userId" text not null references auth."user" ("id") on delete cascade,
  "accessToken" text, "refreshToken" text, "idToken" text, "accessTokenExpiresAt" timestamptz,
  "refreshTokenExpiresAt" timestamptz, "scope" text, "password" text,
  "createdAt" timestamptz not null default current_timestamp, "updatedAt" timestamptz not null
);
create index "account_userId_idx" on auth."account" ("userId");
create table auth."verification" (
  "id" text primary key, "identifier" text not null, "value" text not null, "expiresAt" timestamptz not null,
  "createdAt" timestamptz not null default current_timestamp, "updatedAt" timestamptz not null default current_timestamp
);
create index "verification_identifier_idx" on auth."verification" ("identifier");
create table auth."twoFactor" (
  "id" text primary key, "secret" text not null, "backupCodes" text not null,
  "userId" text not null references auth."user" ("id") on delete cascade, "verified" boolean,
  "failedVerificationCount" integer, "lockedUntil" timestamptz
);
create index "twoFactor_secret_idx" on auth."twoFactor" ("secret");
create index "twoFactor_userId_idx" on auth."twoFactor" ("userId");
create table auth."passkey" (
  "id" text primary key, "name" text, "publicKey" text not null,
  "userId" text not null references auth."user" ("id") on delete cascade, "credentialID" text not null,
  "counter" integer not null, "deviceType" text not null, "backedUp" boolean not null, "transports" text,
  "createdAt" timestamptz, "aaguid" text
);
create index "passkey_userId_idx" on auth."passkey" ("userId");
create index "passkey_credentialID_idx" on auth."passkey" ("credentialID");
create table auth."rateLimit" (
  "id" text primary key, "key" text not null unique, "count" integer not null, "lastRequest" bigint not null
);
grant select, insert, update, delete on all tables in schema auth to tsukasa_app;

-- What a session has proven besides the password, ours: when the second factor and the last re-authentication were.
create table auth.session_assurance (
  session_id text primary key references auth."session" ("id") on delete cascade,
  second_factor_at timestamptz,
  second_factor text,
  reauthenticated_at timestamptz
);
grant select, insert, update, delete on auth.session_assurance to tsukasa_app;

-- When a person last completed a sign-in. Sessions cannot say: they are deleted when they end.
create table auth.sign_ins (
  user_id text primary key references auth."user" ("id") on delete cascade,
  last_at timestamptz not null
);
grant select, insert, update, delete on auth.sign_ins to tsukasa_app;

-- Guesses at one secret (a re-authentication, the password asked for by an account link) within a window of time.
create table auth.attempts (
  key text primary key,
  count integer not null,
  started_at timestamptz not null
);
create index attempts_age on auth.attempts (started_at);
grant select, insert, update, delete on auth.attempts to tsukasa_app;
