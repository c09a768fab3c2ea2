export type AlarmState = 'ALARM' | 'INSUFFICIENT_DATA' | 'OK';

/** A CloudWatch alarm while the plane runs. */
export interface Alarm {
  readonly name: string;
  readonly arn: string;
  readonly state: AlarmState;
  /** Why it is in that state: a sentence. */
  readonly reason: string;
  /** Since when, in milliseconds since 1970, by `LocalContext.cloudClock`. */
  readonly since: number;
  /** Sets the state until the next minute, when it is evaluated again; its actions follow as after an evaluation. */
  setState(state: AlarmState, reason: string): void;
}

/** What an alarm tells those whose ARN stands among its actions. */
export interface AlarmNotice {
  readonly alarm: string;
  readonly state: AlarmState;
  readonly reason: string;
  /** The newest value that it looked at, and what it was compared with. Undefined without data. */
  readonly value: number | undefined;
  readonly threshold: number;
}

/** Something that an alarm may act upon: a scaling policy, a topic. */
export interface AlarmAction {
  /** Scaling policies hear of `ALARM` each minute that it lasts, all others of changes alone. */
  readonly repeats: boolean;
  notify(notice: AlarmNotice): void;
}
