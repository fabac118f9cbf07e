import { urlOf } from '../../app/api.ts';

/** Saves a scanned form as a file; its ending follows from its first bytes, which the server checked when it was kept. */
export async function downloadDocument(contractorId: string, documentId: string, name: string): Promise<void> {
  const answer = await fetch(urlOf('getContractDocument', { params: { contractorId, documentId } }));
  if (!answer.ok) throw new Error(`the document was answered with ${answer.status}`);
  const content = await answer.blob();
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = `${name}.${endingOf(new Uint8Array(await content.slice(0, 1).arrayBuffer())[0])}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
function endingOf(firstByte: number | undefined): string {
  if (firstByte === 0x89) return 'png';
  return firstByte === 0xff ? 'jpg' : 'pdf';
}

/** The content of a chosen file in base64, as the API takes it. */
export async function base64Of(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (let at = 0; at < bytes.length; at += 32_768) binary += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(binary);
}
export const MEDIA_TYPES = ['application/pdf', 'image/png', 'image/jpeg'] as const;
/** 8 MiB, as the API says. */
export const MAX_DOCUMENT_BYTES = 8 * 1024 * 1024;
