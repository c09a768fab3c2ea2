/** Landfall's own rules of the edge web ACL, in the order they are evaluated. */
export const ownRules = ['rate-limit', 'metadata-ssrf'] as const;

/**
 * AWS's managed groups in the order they are evaluated, after our own rules, with the rules of their current versions; every one
 * of them blocks. Together they are 1100 WCU (700, 200, 200).
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-baseline.html (read 2026-11-25)
 * @see https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-use-case.html (read 2026-11-25)
 */
export const managedGroups = {
  AWSManagedRulesCommonRuleSet: [
    'NoUserAgent_HEADER',
    'UserAgent_BadBots_HEADER',
    'SizeRestrictions_QUERYSTRING',
    'SizeRestrictions_Cookie_HEADER',
    'SizeRestrictions_BODY',
    'SizeRestrictions_URIPATH',
    'EC2MetaDataSSRF_BODY',
    'EC2MetaDataSSRF_COOKIE',
    'EC2MetaDataSSRF_URIPATH',
    'EC2MetaDataSSRF_QUERYARGUMENTS',
    'GenericLFI_QUERYARGUMENTS',
    'GenericLFI_URIPATH',
    'GenericLFI_BODY',
    'RestrictedExtensions_URIPATH',
    'RestrictedExtensions_QUERYARGUMENTS',
    'GenericRFI_QUERYARGUMENTS',
    'GenericRFI_BODY',
    'GenericRFI_URIPATH',
    'CrossSiteScripting_COOKIE',
    'CrossSiteScripting_QUERYARGUMENTS',
    'CrossSiteScripting_BODY',
    'CrossSiteScripting_URIPATH',
  ],
  AWSManagedRulesKnownBadInputsRuleSet: [
    'JavaDeserializationRCE_HEADER',
    'JavaDeserializationRCE_BODY',
    'JavaDeserializationRCE_URIPATH',
    'JavaDeserializationRCE_QUERYSTRING',
    'Host_localhost_HEADER',
    'PROPFIND_METHOD',
    'ExploitablePaths_URIPATH',
    'Log4JRCE_HEADER',
    'Log4JRCE_QUERYSTRING',
    'Log4JRCE_BODY',
    'Log4JRCE_URIPATH',
    'ReactJSRCE_BODY',
  ],
  AWSManagedRulesSQLiRuleSet: [
    'SQLi_QUERYARGUMENTS',
    'SQLiExtendedPatterns_QUERYARGUMENTS',
    'SQLi_BODY',
    'SQLiExtendedPatterns_BODY',
    'SQLiExtendedPatterns_HEADER',
    'SQLiExtendedPatterns_URIPATH',
    'SQLi_COOKIE',
    'SQLi_URIPATH',
  ],
} as const;

export type OwnRule = (typeof ownRules)[number];
export type ManagedGroup = keyof typeof managedGroups;
type ManagedRule = (typeof managedGroups)[ManagedGroup][number];

/** The groups' names, in the order they are evaluated. */
export const managedGroupNames = Object.keys(managedGroups) as readonly ManagedGroup[];

/** Names that `waf.count` knows: our own rules, whole groups, and single rules of the groups. */
export const countableRules: readonly (OwnRule | ManagedGroup | ManagedRule)[] = [
  ...ownRules,
  ...managedGroupNames,
  ...Object.values(managedGroups).flat(),
];
