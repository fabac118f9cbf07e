import type { AndroidStory } from './android-story.ts';
import type { Desk } from './desk.ts';

/** What is done with the Android devices of a company. */
export async function playAndroid(desk: Desk): Promise<void> {
  for (const { story } of desk.company.androids) await play(desk, story);
}

async function play(desk: Desk, { label, role }: AndroidStory): Promise<void> {
  const { administrator, helpdesk } = desk;
  switch (role) {
    case 'locked':
      await desk.ask(helpdesk, label, { type: 'lock' });
      return;
    case 'restarted':
      await desk.ask(helpdesk, label, { type: 'restart' });
      return;
    case 'lost': {
      const params = { message: '拾得された方はご連絡ください', phoneNumber: desk.company.story.phone };
      await desk.ask(helpdesk, label, { type: 'lost_mode_on', params });
      return;
    }
    case 'new_passcode':
      await desk.ask(administrator, label, { type: 'reset_passcode', reason: '本人が忘れた' });
      return;
    case 'app_cleared': {
      const params = { packageNames: ['com.android.chrome'] };
      const asked = await desk.ask(administrator, label, { type: 'clear_app_data', params, reason: '前任者の設定' });
      await desk.approve(label, asked);
      return;
    }
    case 'to_be_handed_over':
      await desk.ask(administrator, label, { type: 'relinquish_ownership', reason: '退職時に本人へ譲渡' });
      return;
    case undefined:
      return;
  }
}
