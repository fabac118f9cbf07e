import { type PlistDict, Real } from '@tsukasa/apple-mdm';
import { type Answer, acknowledged, type CommandContext, done, failed, MDM_ERROR } from '../state.ts';

export function enableLostMode({ state }: CommandContext, command: PlistDict): Answer {
  const { Message: message, PhoneNumber: phoneNumber, Footnote: footnote } = command;
  state.lostMode = {
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof phoneNumber === 'string' ? { phoneNumber } : {}),
    ...(typeof footnote === 'string' ? { footnote } : {}),
  };
  state.locked = true;
  return done;
}

export function disableLostMode({ state }: CommandContext): Answer {
  if (state.lostMode === undefined) return notLost();
  state.lostMode = undefined;
  return done;
}

function notLost(): Answer {
  return failed(MDM_ERROR.notInLostMode, 'The device is not in Lost Mode.');
}

/** Somewhere within a few kilometres of Tokyo station, always the same place for a device. */
export function deviceLocation({ state, blueprint, now }: CommandContext): Answer {
  if (state.lostMode === undefined) return notLost();
  const offset = (index: number) => (blueprint.serialNumber.charCodeAt(index) - 66) / 1000;
  return acknowledged({
    Latitude: new Real(35.681236 + offset(2)),
    Longitude: new Real(139.767125 + offset(3)),
    HorizontalAccuracy: new Real(12.5),
    VerticalAccuracy: new Real(4.2),
    Altitude: new Real(38.1),
    Speed: new Real(-1),
    Course: new Real(-1),
    Timestamp: now.round('second').toString(),
  });
}

export function playLostModeSound({ state }: CommandContext): Answer {
  if (state.lostMode === undefined) return notLost();
  state.soundsPlayed += 1;
  return done;
}
