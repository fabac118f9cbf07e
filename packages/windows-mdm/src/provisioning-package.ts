import { xml } from './xml-write.ts';

export type PackageEnrollment = {
  /** UUID of the package; a new one for each. */
  readonly packageId: string;
  readonly packageName: string;
  /** Names the enrollment on the device; any name in the form of an address. */
  readonly upn: string;
  readonly discoveryUrl: string;
  /** The invitation code: the password of the on-premises sign-in. A secret. */
  readonly secret: string;
};

/**
 * `customizations.xml` for the Windows Configuration Designer (or `icd.exe /CustomizationXML:`), which makes a
 * provisioning package of it that enrolls every PC it is applied to. The designer signs and packs; we cannot.
 */
export function writeCustomizations(enrollment: PackageEnrollment): string {
  const { packageId, packageName, upn, discoveryUrl, secret } = enrollment;
  const document = xml`
    <WindowsCustomizations>
      <PackageConfig xmlns="urn:schemas-Microsoft-com:Windows-ICD-Package-Config.v1.0">
        <ID>{${packageId}}</ID>
        <Name>${packageName}</Name>
        <Version>1.0</Version>
        <OwnerType>ITAdmin</OwnerType>
        <Rank>0</Rank>
        <Notes/>
      </PackageConfig>
      <Settings xmlns="urn:schemas-microsoft-com:windows-provisioning">
        <Customizations><Common><Workplace><Enrollments>
          <UPN UPN="${upn}" Name="${upn}">
            <AuthPolicy>OnPremise</AuthPolicy>
            <DiscoveryServiceFullUrl>${discoveryUrl}</DiscoveryServiceFullUrl>
            <Secret>${secret}</Secret>
          </UPN>
        </Enrollments></Workplace></Common></Customizations>
      </Settings>
    </WindowsCustomizations>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n${document}\n`;
}
