/** Roadbed's own kinds stand in one group; this is the one place that spells it. */
export const GROUP = 'roadbed.dev';
export const VERSION = 'v1alpha1';
export const API_VERSION = `${GROUP}/${VERSION}`;

/** The namespace of the platform itself: platform-wide role grants and the platform's own repositories. */
export const SYSTEM_NAMESPACE = 'roadbed-system';

/** Annotations and labels of ours begin with this. */
export const ANNOTATION_PREFIX = 'roadbed.dev/';
