import type { ReactNode } from 'react';

const icon = (content: ReactNode, viewBox = '0 0 16 16') =>
  function Icon() {
    return (
      <svg
        viewBox={viewBox}
        width="1em"
        height="1em"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
        focusable="false"
      >
        {content}
      </svg>
    );
  };

export const PlayIcon = icon(<path d="M4 2.5v11l9-5.5z" fill="currentColor" />);
export const PauseIcon = icon(<path d="M4.5 3v10M11.5 3v10" strokeWidth="3" />);
export const StepIcon = icon(
  <>
    <path d="M3 2.5v11l7-5.5z" fill="currentColor" />
    <path d="M13 3v10" strokeWidth="2.2" />
  </>,
);
export const ResetIcon = icon(
  <>
    <path d="M3 8a5 5 0 1 0 1.6-3.7" />
    <path d="M4.8 1.6v3h3" />
  </>,
);
export const LinkIcon = icon(
  <>
    <path d="M6.5 9.5l3-3" />
    <path d="M7.5 4.6l1.3-1.3a2.8 2.8 0 0 1 4 4l-1.4 1.2" />
    <path d="M8.5 11.4l-1.3 1.3a2.8 2.8 0 0 1-4-4l1.4-1.2" />
  </>,
);
export const CheckIcon = icon(<path d="M3 8.5l3.2 3.2L13 4.8" />);
export const SunIcon = icon(
  <>
    <circle cx="8" cy="8" r="3" />
    <path d="M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.2 1.2M11.8 11.8L13 13M13 3l-1.2 1.2M4.2 11.8L3 13" />
  </>,
);
export const MoonIcon = icon(<path d="M13.5 9.6A6 6 0 0 1 6.4 2.5a6 6 0 1 0 7.1 7.1z" />);
export const AutoIcon = icon(
  <>
    <circle cx="8" cy="8" r="5.6" />
    <path d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" fill="currentColor" />
  </>,
);
export const SaveIcon = icon(
  <>
    <path d="M8 2v8M4.6 6.8L8 10.2l3.4-3.4" />
    <path d="M2.5 11.5v2h11v-2" />
  </>,
);
export const LeftIcon = icon(<path d="M10 3L5 8l5 5" />);
export const RightIcon = icon(<path d="M6 3l5 5-5 5" />);
export const ChipIcon = icon(
  <>
    <rect x="4" y="4" width="8" height="8" rx="1.4" />
    <path d="M6.2 4V1.8M9.8 4V1.8M6.2 14.2V12M9.8 14.2V12M4 6.2H1.8M4 9.8H1.8M14.2 6.2H12M14.2 9.8H12" />
  </>,
);
export const SlidersIcon = icon(
  <>
    <path d="M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6" />
    <circle cx="10" cy="4.5" r="1.9" />
    <circle cx="6" cy="11.5" r="1.9" />
  </>,
);
export const PinIcon = icon(
  <>
    <path d="M5.5 2h5M6.2 2v4.2L4 9h8L9.8 6.2V2" />
    <path d="M8 9v5" />
  </>,
);
export const LanguageIcon = icon(
  <>
    <circle cx="8" cy="8" r="6" />
    <path d="M2 8h12M8 2c2.2 1.9 2.8 4 2.8 6s-.6 4.1-2.8 6c-2.2-1.9-2.8-4-2.8-6s.6-4.1 2.8-6z" strokeWidth="1.3" />
  </>,
);
export const DownloadIcon = icon(
  <>
    <path d="M8 2v8M4.8 7L8 10.2 11.2 7" />
    <path d="M2.5 13.5h11" />
  </>,
);
export const LockIcon = icon(
  <>
    <rect x="3.5" y="7" width="9" height="6.5" rx="1.2" fill="currentColor" />
    <path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2" />
  </>,
);
export const OpenIcon = icon(
  <>
    <path d="M9.5 2.5h4v4M13.5 2.5L8 8" />
    <path d="M12 9.5v3a1 1 0 0 1-1 1H3.5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1h3" />
  </>,
);
