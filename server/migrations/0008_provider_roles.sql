-- Sales, billing and desk staff of the provider. What each may do is in packages/api (permissions.ts).
alter table provider_staff drop constraint provider_staff_role;
alter table provider_staff add constraint provider_staff_role
  check (role in ('provider_administrator', 'provider_sales', 'provider_billing', 'provider_desk'));
alter table provider_api_tokens drop constraint provider_api_tokens_role;
alter table provider_api_tokens add constraint provider_api_tokens_role
  check (role in ('provider_administrator', 'provider_sales', 'provider_billing', 'provider_desk'));
