import { NS, type SoapService, writeSoap } from './soap.ts';
import { xml } from './xml-write.ts';

/** Where WCF puts what is its own fault rather than the caller's. */
const DISPATCHER = 'http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher';

/**
 * Why an enrollment is refused, as Windows shows it: subcode and HRESULT (MS-MDE2, 2.2.6.1 and MS-WSTEP).
 * MessageFormat 80180001, Authentication 80180002, Authorization 80180003, CertificateRequest 80180004, EnrollmentServer
 * 80180005, InternalServiceFault 80180006, InvalidSecurity 80180007.
 */
export const FAULT_SUBCODES = [
  'MessageFormat',
  'Authentication',
  'Authorization',
  'CertificateRequest',
  'EnrollmentServer',
  'InternalServiceFault',
  'InvalidSecurity',
] as const;
export type FaultSubcode = (typeof FAULT_SUBCODES)[number];

/** What Windows says more exactly, HRESULT 80180013 to 80180019 in this order, when the fault has it as its detail. */
export const FAULT_DETAILS = [
  'DeviceCapReached',
  'DeviceNotSupported',
  'NotSupported',
  'NotEligibleToRenew',
  'InMaintenance',
  'UserLicense',
  'InvalidEnrollmentData',
] as const;
export type FaultDetail = (typeof FAULT_DETAILS)[number];

export type Fault = {
  readonly subcode: FaultSubcode;
  readonly detail?: FaultDetail | undefined;
  /** For the device's user and its event log; English, without anything that was sent. */
  readonly reason: string;
  /** What ties the device's event log to the server's: shown by Windows. */
  readonly traceId: string;
};

/**
 * A fault's envelope. Windows looks for ErrorType and TraceId in its detail; without a more exact one the type repeats the
 * subcode, as Microsoft's own service does. To be sent with HTTP 500, as WCF does; anything else hides it from the user.
 */
export function writeFault(service: SoapService, fault: Fault, relatesTo: string | undefined): Buffer {
  const { subcode, detail, reason, traceId } = fault;
  const foreign = subcode === 'InternalServiceFault' || subcode === 'InvalidSecurity';
  const code = foreign
    ? xml`<s:Value>s:Sender</s:Value><s:Subcode><s:Value xmlns:a="${DISPATCHER}">a:${subcode}</s:Value></s:Subcode>`
    : xml`<s:Value>s:Receiver</s:Value><s:Subcode><s:Value>s:${subcode}</s:Value></s:Subcode>`;
  const body = xml`
    <s:Fault>
      <s:Code>${code}</s:Code>
      <s:Reason><s:Text xml:lang="en-US">${reason}</s:Text></s:Reason>
      <s:Detail>
        <DeviceEnrollmentServiceError xmlns="${NS.enrollment}">
          <ErrorType>${detail ?? subcode}</ErrorType><Message>${reason}</Message><TraceId>${traceId}</TraceId>
        </DeviceEnrollmentServiceError>
      </s:Detail>
    </s:Fault>`;
  return writeSoap({ service, relatesTo, body });
}
