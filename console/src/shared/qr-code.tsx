import { Box } from '@mantine/core';
import { create } from 'qrcode';
import { useMemo } from 'react';

type Props = {
  readonly text: string;
  readonly label: string;
  readonly size?: number;
  /** For long texts: less error correction, so that cheap cameras still tell the modules apart. */
  readonly dense?: boolean;
};

/** A QR code as plain SVG (no data URI), dark on white in both colour schemes. */
export function QrCode({ text, label, size = 200, dense = false }: Props) {
  const { path, side } = useMemo(() => draw(text, dense ? 'L' : 'M'), [text, dense]);
  return (
    <Box w={size} maw="100%" bg="#fff" p={0} style={{ borderRadius: 8, flex: 'none', aspectRatio: '1' }}>
      <svg viewBox={`0 0 ${side} ${side}`} width="100%" height="100%" role="img" aria-label={label}>
        <path d={path} fill="#000" shapeRendering="crispEdges" />
      </svg>
    </Box>
  );
}

/** One path of unit squares with the quiet zone of four modules that readers need. */
function draw(text: string, errorCorrectionLevel: 'L' | 'M'): { path: string; side: number } {
  const { modules } = create(text, { errorCorrectionLevel });
  const squares: string[] = [];
  for (let row = 0; row < modules.size; row++) {
    for (let column = 0; column < modules.size; column++) {
      if (modules.get(row, column)) squares.push(`M${column + 4} ${row + 4}h1v1h-1z`);
    }
  }
  return { path: squares.join(''), side: modules.size + 8 };
}
