import type { TargetPlatform } from './catalogue/target.ts';

const BY_PRODUCT: readonly (readonly [RegExp, TargetPlatform])[] = [
  [/^iPad/i, 'iPadOS'],
  [/^(?:iPhone|iPod)/i, 'iOS'],
  [/^(?:Apple ?TV)/i, 'tvOS'],
  [/^(?:Apple ?)?Watch/i, 'watchOS'],
  [/^(?:RealityDevice|Apple Vision)/i, 'visionOS'],
  [/^(?:iMac|Mac|VirtualMac|Xserve)/i, 'macOS'],
];

/**
 * The platform of a device from its `ProductName` (`iPhone16,2`, `Mac15,6`) or, failing that, its `ModelName`
 * (`MacBook Pro`). `undefined` for what is none of the managed platforms, such as HomePod, or not known yet.
 */
export function platformOf(productName: string | undefined, modelName?: string): TargetPlatform | undefined {
  return byName(productName) ?? byName(modelName);
}

function byName(name: string | undefined): TargetPlatform | undefined {
  if (name === undefined) return undefined;
  return BY_PRODUCT.find(([pattern]) => pattern.test(name))?.[1];
}
