import type { Desk } from './desk.ts';
import type { PcRecruit } from './windows-fleet.ts';

/** What is done with the PCs of a company. */
export async function playWindows(desk: Desk): Promise<void> {
  for (const recruit of desk.company.pcs) await play(desk, recruit);
}

async function play(desk: Desk, { story: { name, role } }: PcRecruit): Promise<void> {
  const { administrator, helpdesk } = desk;
  switch (role) {
    case 'located':
    case 'not_located':
      await desk.ask(helpdesk, name, { type: 'locate' });
      return;
    case 'restarted':
    case 'away':
      await desk.ask(helpdesk, name, { type: 'restart' });
      return;
    case 'renamed': {
      const renamed = await desk.ask(helpdesk, name, { type: 'rename', params: { name: `${name}-B` } });
      await desk.finished(renamed);
      await desk.ask(helpdesk, name, { type: 'restart' }); // the name holds from the next start on
      return;
    }
    case 'rotated': // at the next turn of the scheduled task
      await desk.ask(helpdesk, name, { type: 'rotate_recovery_key' });
      return;
    case 'raw': {
      const syncml = '<Get><CmdID>1</CmdID><Item><Target><LocURI>./DevDetail/SwV</LocURI></Target></Item></Get>';
      await desk.ask(administrator, name, { type: 'raw', params: { syncml }, reason: '版数の確認' });
      return;
    }
    case 'to_be_wiped':
      await desk.ask(administrator, name, {
        type: 'erase',
        params: { wipeMethod: 'doWipeProtected' },
        reason: '廃棄のため',
      });
      return;
    case undefined:
      return;
  }
}
