import { DomainError } from '../../base/errors.ts';

export function unauthenticated(): DomainError {
  return new DomainError('unauthenticated', 'nobody is signed in', { reason: 'session.missing' });
}

export function secondFactorRequired(): DomainError {
  return new DomainError('forbidden', 'the session has not given its second factor', {
    reason: 'session.second_factor_required',
  });
}

export function reauthenticationRequired(): DomainError {
  return new DomainError('reauthentication_required', 'the last re-authentication is too long ago', {
    reason: 'session.reauthentication_required',
  });
}

export function forbidden(): DomainError {
  return new DomainError('forbidden', 'the role does not hold this permission', { reason: 'permission.missing' });
}
