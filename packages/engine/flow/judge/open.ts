/** Paths under which products serve everybody, or do not know yet who is there. */
const OPEN = /(?:^|[/_.-])(?:public|shared?|embed(?:ded)?|views?|viewer|invites?|invitations?|join|auth|login|signin|sign-in|signup|sign-up|register|webhooks?|callbacks?|health|status|open|widgets?|unsubscribe|verify|reset|checkout|book(?:ing)?s?|preview|track(?:ing)?|redirect|og|feed|rss|sitemap|store(?:front)?|menu|landing|site|p|s|r|l|t)(?:[/_.-]|$)/i;

export const isOpen = (file: string): boolean => OPEN.test(file);
