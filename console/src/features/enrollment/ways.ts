import type { EnrollmentMethod } from '@tsukasa/api';

type Kind = EnrollmentMethod['kind'];
/** One way to enroll as a person sees it: what belongs together, whom it is for, and what is to be done. */
export type WayName =
  | 'qr_code'
  | 'link'
  | 'link_elsewhere'
  | 'deep_link'
  | 'typed'
  | 'identifier'
  | 'token'
  | 'provisioning_package'
  | 'zero_touch';
export type Way = {
  readonly name: WayName;
  readonly for: 'person' | 'administrator';
  readonly methods: readonly EnrollmentMethod[];
};

const KINDS: readonly { readonly name: WayName; readonly for: Way['for']; readonly kinds: readonly Kind[] }[] = [
  { name: 'qr_code', for: 'administrator', kinds: ['qr_code'] },
  { name: 'link', for: 'person', kinds: ['link'] },
  { name: 'deep_link', for: 'person', kinds: ['deep_link'] },
  { name: 'typed', for: 'person', kinds: ['server_address', 'user_name', 'password'] },
  { name: 'identifier', for: 'administrator', kinds: ['dpc_identifier', 'token'] },
  { name: 'provisioning_package', for: 'administrator', kinds: ['provisioning_package'] },
  { name: 'zero_touch', for: 'administrator', kinds: ['zero_touch'] },
];

/**
 * What the server offers, grouped into ways. A token is typed in after the identifier, or for itself. A device that is set
 * up with a QR code cannot open a link yet: the page behind it is for another screen.
 */
export function waysOf(methods: readonly EnrollmentMethod[]): readonly Way[] {
  return KINDS.flatMap(({ name, for: whom, kinds }): Way[] => {
    const own = kinds.flatMap((kind) => methods.filter((method) => method.kind === kind));
    if (own.length === 0) return [];
    if (name === 'link' && methods.some(({ kind }) => kind === 'qr_code')) {
      return [{ name: 'link_elsewhere', for: 'administrator', methods: own }];
    }
    const alone = name === 'identifier' && own.every(({ kind }) => kind === 'token');
    return [alone ? { name: 'token', for: 'person', methods: own } : { name, for: whom, methods: own }];
  });
}
