import { Box } from '@mantine/core';
import { create } from 'qrcode';
import { useMemo } from 'react';

/** A QR code as plain SVG (no data URI), dark on white in both colour schemes. */
export function QrCode({ text, label, size = 200 }: { text: string; label: string; size?: number }) {
  const { path, side } = useMemo(() => draw(text), [text]);
  return (
    <Box w={size} h={size} bg="#fff" p={0} style={{ borderRadius: 8, flex: 'none' }}>
      <svg viewBox={`0 0 ${side} ${side}`} width={size} height={size} role="img" aria-label={label}>
        <path d={path} fill="#000" shapeRendering="crispEdges" />
      </svg>
    </Box>
  );
}

/** One path of unit squares with the quiet zone of four modules that readers need. */
function draw(text: string): { path: string; side: number } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' });
  const squares: string[] = [];
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column)) squares.push(`M${column + 4} ${row + 4}h1v1h-1z`);
    }
  }
  return { path: squares.join(''), side: modules.size + 8 };
}
