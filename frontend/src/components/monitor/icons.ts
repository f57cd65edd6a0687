// The icon of each look of a call.
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleX from "@lucide/svelte/icons/circle-x";
import CreditCard from "@lucide/svelte/icons/credit-card";
import Hourglass from "@lucide/svelte/icons/hourglass";
import Pause from "@lucide/svelte/icons/pause";
import Phone from "@lucide/svelte/icons/phone";
import PhoneCall from "@lucide/svelte/icons/phone-call";
import PhoneForwarded from "@lucide/svelte/icons/phone-forwarded";
import PhoneOff from "@lucide/svelte/icons/phone-off";
import PhoneIncoming from "@lucide/svelte/icons/phone-incoming";
import Timer from "@lucide/svelte/icons/timer";
import type { CardIcon } from "$lib/model/card";
import type { TileIcon } from "$lib/model/floor";

export const cardIcons: Record<CardIcon | TileIcon, typeof Timer> = {
  timer: Timer,
  forwarded: PhoneForwarded,
  call: PhoneCall,
  card: CreditCard,
  ok: CircleCheck,
  ng: CircleX,
  hold: Hourglass,
  back: PhoneIncoming,
  phone: Phone,
  pause: Pause,
  ready: CircleCheck,
  off: PhoneOff,
};
