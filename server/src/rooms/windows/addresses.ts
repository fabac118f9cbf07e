/** Windows speaks only to servers on https; over http a server on this machine is tried out with simulated devices. */
export function isTrustworthy(origin: string): boolean {
  const { protocol, hostname } = new URL(origin);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

export const SIGNIN_PATH = '/enroll/windows/signin';

/** Where an invitation's discovery service is: with the code in it there is nothing to type. */
export const discoveryUrlOf = (publicUrl: string, code: string): string =>
  `${publicUrl}/EnrollmentServer/${code}/Discovery.svc`;

/** For people who type; who asks them for the invitation code is the sign-in page, or Windows as a password. */
export const serverAddressOf = (publicUrl: string): string => `${publicUrl}/EnrollmentServer/Discovery.svc`;

/** A name that says where it belongs; any other works too. */
export const userNameOf = (publicUrl: string): string => `enroll@${new URL(publicUrl).hostname}`;
