/** How long after its end a certificate still opens the door to its own renewal, and to nothing else (fact sheet 1.5). */
export const EXPIRED_GRACE_DAYS = 90;
