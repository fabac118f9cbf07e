/**
 * The words of the service terms as types. Pure data: every day is a `Temporal.PlainDate` in Asia/Tokyo, money is whole yen
 * in safe integers, names keep the spelling of the terms. "Art." is an article of the terms, "Sch." their schedule, "Sup."
 * a supplementary provision by the date of its revision.
 */

/** 品目 (Art. 1), in the terms' own spelling: `MaaS360`; historical ones `iPad`, `デバイス管理`, `セキュアブラウザ`. */
export type ItemId = string;
/** 種別 (Art. 2): `device-and-app`, `app-only`. Historical items have none. */
export type KindId = string;
/** オプションサービス (Art. 8-2): `secure-app-connect`, `operation-proxy`. */
export type OptionId = string;
/** What a fee, a notice or a count is about: the service itself or one of its options. */
export const SERVICE = 'service';
export type Subject = typeof SERVICE | OptionId;

/** A whole number of yen, excluding consumption tax; negative only in credits. */
export type Yen = number;

/** A name in both languages. */
export type Words = { readonly ja: string; readonly en: string };

// ---- The book: what the provider specifies, effective-dated -------------------------------------------------------------

/** Something that exists from a day on, and until a day (inclusive) where that is known. */
export type Dated = { readonly from: Temporal.PlainDate; readonly until?: Temporal.PlainDate };

export type Item = Dated & { readonly id: ItemId; readonly name: Words; readonly description?: Words };
/** A kind of an item and what its contract lets a contractor do (Art. 2). */
export type Kind = Dated & {
  readonly id: KindId;
  readonly item: ItemId;
  readonly name: Words;
  readonly description?: Words;
  readonly functions: readonly EntitledFunction[];
};
export type Option = Dated & {
  readonly id: OptionId;
  readonly name: Words;
  readonly description?: Words;
  /** The option is for contractors of this item (Art. 7-2, 7-3). */
  readonly item: ItemId;
  readonly functions: readonly EntitledFunction[];
  /** Whether the contractor names a number of devices in advance (Sch. 1-2 (2), note 1). */
  readonly counted: boolean;
};
/** One line of the supported OS (Art. 3): versions from `atLeast` (inclusive) to below `below`. */
export type SupportedOs = Dated & {
  /** `iOS`, `iPadOS`, `macOS`, `Windows`, `Android`. */
  readonly family: string;
  readonly atLeast: string;
  readonly below?: string;
};
/** 利用態様 (Art. 1): `company-owned`, `personally-owned`. */
export type UsageModeRule = Dated & { readonly id: string; readonly name: Words };
/** A version of a licence document (Art. 7, 8-3, 9-2). A new version of the same document asks again. */
export type Licence = Dated & {
  readonly document: string;
  readonly version: string;
  readonly title: Words;
  readonly text: Words;
  /** Of both texts, see `licenceHash`. */
  readonly sha256: string;
  /** Needed for a contract of these kinds, and for these options; an empty list means none, absence means all. */
  readonly kinds?: readonly KindId[];
  readonly options?: readonly OptionId[];
};
/** An item of the setup checklist (Art. 6). `probe` names what completes it by itself. */
export type ChecklistItem = Dated & {
  readonly id: string;
  readonly title: Words;
  /** Paragraph of Art. 6-1: 1 devices, 2 their settings, 3 other settings, 4 anything else. */
  readonly paragraph: 1 | 2 | 3 | 4;
  readonly kinds?: readonly KindId[];
  readonly probe?: 'push_certificate' | 'first_device' | 'first_member';
};
export type Catalogue = {
  readonly items: readonly Item[];
  readonly kinds: readonly Kind[];
  readonly options: readonly Option[];
  readonly supportedOs: readonly SupportedOs[];
  readonly usageModes: readonly UsageModeRule[];
  readonly licences: readonly Licence[];
  readonly checklist: readonly ChecklistItem[];
};

/** What a contract entitles to; the server asks for these names and for nothing else. */
export const ENTITLED_FUNCTIONS = [
  'enroll', // take devices under management
  'control', // remote control (遠隔制御)
  'configure', // configuration management (設定管理)
  'observe', // information collection (情報収集)
  'distribute_apps', // distribute applications (アプリケーションの配信)
  'container', // the secure container
  'desk', // the desk operates devices on the contractor's behalf
] as const;
export type EntitledFunction = (typeof ENTITLED_FUNCTIONS)[number];

/** A price of Schedule 1: fixed there, or shown to the contractor individually (`quoted`). */
export type Price =
  | { readonly type: 'fixed'; readonly amount: Yen; readonly per: 'contract' | 'device' }
  | { readonly type: 'quoted' };
export type FeeRule = {
  readonly subject: Subject;
  readonly kind?: KindId;
  readonly initial: Price;
  readonly monthly: Price;
};

/** The numbers and switches of one version of the terms. A revision carries all of them, not a difference. */
export type Rules = {
  /** Days that must elapse after arrival (Art. 8-7, 10-1); the day of arrival is not counted (Civil Code, Art. 140). */
  readonly noticeDays: number;
  /** Art. 5: one contract for each kind. */
  readonly oneContractPerKind: boolean;
  /** Art. 8-4: under this kind the option can only be applied for together with the service. */
  readonly onlyTogether: readonly { readonly kind: KindId; readonly option: OptionId }[];
  /** Art. 10-2: under this kind the end of the option ends the service contract on the same day. */
  readonly linkedEndings: readonly { readonly kind: KindId; readonly option: OptionId }[];
  /** Art. 8-5: options whose number of devices may be changed, by calendar month. */
  readonly countChanges: readonly Subject[];
  /** Schedule 1. */
  readonly fees: readonly FeeRule[];
};

/** A transitional rule of a revision. */
export type Transition =
  /** Sup. 2011-10-01 (2): a contract made until `madeUntil` continues as another item. */
  | {
      readonly type: 'renamed';
      readonly item: ItemId;
      readonly madeUntil: Temporal.PlainDate;
      readonly to: ItemId;
      readonly clause: ClauseId;
    }
  /**
   * Sup. 2016-04-01 (2), (3): a contract (or an option contract) made until `madeUntil` stays under the previous terms until
   * `until`, and is not in force after that day unless a change application was accepted until then.
   */
  | {
      readonly type: 'previous_terms';
      readonly subject: { readonly item: ItemId } | { readonly option: OptionId };
      readonly madeUntil: Temporal.PlainDate;
      readonly until: Temporal.PlainDate;
      readonly clause: ClauseId;
    };

/** A version of the terms. `effectiveOn` is its identity. */
export type Revision = {
  readonly effectiveOn: Temporal.PlainDate;
  readonly title: Words;
  readonly rules: Rules;
  readonly transitions: readonly Transition[];
};

/** Everything that the rules are computed from besides a contract's history. Revisions in the order of their days. */
export type Book = { readonly revisions: readonly Revision[]; readonly catalogue: Catalogue };

// ---- A contract's history -----------------------------------------------------------------------------------------------

export type RequestedSubject = { readonly subject: Subject; readonly deviceCount?: number };

/** A price that the provider showed to the contractor (Sch. 1, "別途契約者に示す金額"). */
export type QuoteLine = {
  readonly subject: Subject;
  readonly fee: 'initial' | 'monthly';
  readonly amount: Yen;
  readonly per: 'contract' | 'device';
  /** Monthly fees of the service may depend on the OS (Sch. 1-2 (1)); a line per OS then carries its own count. */
  readonly os?: string;
  readonly deviceCount?: number;
};

/** What can happen to a contract. `on` is the day it happened or arrived, whenever it was recorded. */
export type FactBody =
  | {
      readonly type: 'applied';
      readonly application: string;
      readonly item: ItemId;
      /** Absent for historical items, which have no kinds. */
      readonly kind?: KindId;
      readonly requests: readonly RequestedSubject[];
      readonly startOn?: Temporal.PlainDate;
    }
  /** A change application of a transitional rule (Sup. 2016-04-01 (2)): the contract shall go on as this item and kind. */
  | { readonly type: 'change_applied'; readonly application: string; readonly item: ItemId; readonly kind: KindId }
  /** Shown prices: for an application, or (`from`) new prices of a running contract from a month on. */
  | {
      readonly type: 'quoted';
      readonly application?: string;
      readonly lines: readonly QuoteLine[];
      readonly from?: Temporal.PlainYearMonth;
      readonly validUntil?: Temporal.PlainDate;
    }
  /** The provider's consent (承諾). The service or option is provided from `startOn`, at the earliest when activated. */
  | { readonly type: 'accepted'; readonly application: string; readonly startOn: Temporal.PlainDate }
  | { readonly type: 'refused'; readonly application: string; readonly reason: string; readonly clause?: ClauseId }
  | { readonly type: 'withdrawn'; readonly application: string; readonly reason?: string }
  | { readonly type: 'licence_agreed'; readonly document: string; readonly version: string; readonly sha256: string }
  | { readonly type: 'activated'; readonly subjects: readonly Subject[] }
  /** 課金開始日 (Art. 11): monthly fees of these subjects are due from `on`. */
  | { readonly type: 'billing_started'; readonly subjects: readonly Subject[] }
  /** Art. 8-5. `from`: a later month than the next one, if the request names one. */
  | {
      readonly type: 'count_asked';
      readonly subject: Subject;
      readonly deviceCount: number;
      readonly from?: Temporal.PlainYearMonth;
    }
  | { readonly type: 'count_accepted'; readonly asked: number }
  | { readonly type: 'count_refused'; readonly asked: number; readonly reason: string }
  /** Arrival of a cancellation notice (解約申込書) for the contract or of a notice to stop an option (Art. 8-7, 10-1). */
  | { readonly type: 'notice_arrived'; readonly subject: Subject; readonly designatedOn?: Temporal.PlainDate }
  /** Taken back with the provider's consent before it took effect. */
  | { readonly type: 'notice_withdrawn'; readonly notice: number; readonly reason: string }
  /** A fee whose cause is a fact (Art. 11, 一時費用). */
  | { readonly type: 'one_time_fee'; readonly subject: Subject; readonly amount: Yen; readonly cause: string }
  /** Recorded when the end was reached, so that the history tells it; the end itself follows from the notice. `on` is the last day. */
  | { readonly type: 'ended'; readonly subjects: readonly Subject[] };

export type FactType = FactBody['type'] | 'corrected';

/** An entry of the append-only history. `seq` is 1, 2, 3 … within the contract and says what was recorded before what. */
export type Fact = { readonly seq: number; readonly on: Temporal.PlainDate } & (
  | FactBody
  /** The fact `corrects` is to be read as `by`, on `by.on`; as if it had never been recorded where `by` is absent. */
  | {
      readonly type: 'corrected';
      readonly corrects: number;
      readonly by?: { readonly on: Temporal.PlainDate } & FactBody;
      readonly reason: string;
    }
);
export type History = readonly Fact[];

// ---- Answers ------------------------------------------------------------------------------------------------------------

/** Names a clause whose wording `clauseText` gives: `art-10-1`, `art-8-4`, `sch-1-2-2`, `sup-2016-04-01-2`, `civil-140`. */
export type ClauseId = string;

/** One step of an explanation: a fixed code with its values, and the clause it rests on. `explain` words it. */
export type Reason = {
  readonly code: string;
  readonly clause?: ClauseId;
  readonly params?: Readonly<Record<string, string | number>>;
  /** The fact that caused it. */
  readonly seq?: number;
};

export const PHASES = [
  'applied',
  'quoted',
  'accepted',
  'in_force',
  'ending',
  'ended',
  'lapsed',
  'refused',
  'withdrawn',
] as const;
/**
 * applied, quoted: the provider has not answered. accepted: consent given, but the start has not come or a licence is not agreed
 * to (`waitingFor`). ending: in force, the last day is known. lapsed: ended by a transitional rule.
 */
export type Phase = (typeof PHASES)[number];

export type SubjectState = {
  readonly subject: Subject;
  readonly phase: Phase;
  readonly inForce: boolean;
  readonly waitingFor: readonly ('answer' | 'start' | 'licence' | 'activation')[];
  readonly application: string;
  readonly appliedOn: Temporal.PlainDate;
  readonly acceptedOn?: Temporal.PlainDate;
  readonly startOn?: Temporal.PlainDate;
  readonly activatedOn?: Temporal.PlainDate;
  readonly billingStartOn?: Temporal.PlainDate;
  /** The last day on which it is in force, as far as is known on the day asked for. */
  readonly endsOn?: Temporal.PlainDate;
  readonly endBecause: readonly Reason[];
  /** In force on the day asked for. */
  readonly deviceCount?: number;
  /** Accepted changes for later months. */
  readonly comingCounts: readonly { readonly from: Temporal.PlainYearMonth; readonly deviceCount: number }[];
};

/** A contract on one day, as its history known so far tells it. */
export type ContractState = SubjectState & {
  readonly on: Temporal.PlainDate;
  readonly item: ItemId;
  readonly kind?: KindId;
  /** `effectiveOn` of the terms that govern it on that day. */
  readonly revision: Temporal.PlainDate;
  /** In the order in which they were applied for; ended ones included. */
  readonly options: readonly SubjectState[];
  readonly because: readonly Reason[];
};

export type Charge = {
  readonly month: Temporal.PlainYearMonth;
  readonly subject: Subject;
  readonly fee: 'initial' | 'monthly' | 'one_time';
  readonly os?: string;
  readonly quantity: number;
  readonly unitAmount: Yen;
  /** quantity × unitAmount. */
  readonly amount: Yen;
  /** The day on which the duty to pay arose (Art. 11). */
  readonly dueOn: Temporal.PlainDate;
  /** Identifies the charge within its contract, whatever else changes: no two charges of a contract share it. */
  readonly key: string;
  readonly because: readonly Reason[];
};
