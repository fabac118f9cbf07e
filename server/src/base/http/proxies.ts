import { BlockList, isIP } from 'node:net';

const NAMED: Readonly<Record<string, readonly string[]>> = {
  loopback: ['127.0.0.0/8', '::1/128'],
  linklocal: ['169.254.0.0/16', 'fe80::/10'],
  uniquelocal: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'],
};

/** Tells whether an address is a trusted proxy. `trusted` as `config.trustProxy`: already checked. */
export function proxyTrust(trusted: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of trusted.flatMap((entry) => NAMED[entry] ?? [entry])) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    // An IPv4 peer on a dual-stack listener.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  };
}

/** The client behind trusted proxies: the nearest address of the chain that is not one of them. */
export function clientAddress(
  peer: string,
  forwardedFor: string | undefined,
  trusts: (address: string) => boolean,
): string {
  const chain = [
    peer,
    ...(forwardedFor ?? '')
      .split(',')
      .map((entry) => entry.trim())
      .reverse(),
  ];
  let client = peer;
  for (const address of chain) {
    if (isIP(address) === 0) break;
    client = address;
    if (!trusts(address)) break;
  }
  return client.replace(/^::ffff:(?=\d+\.)/i, '');
}
