/** The mark of the product, as in the tab of the browser. */
export function Mark() {
  return (
    <svg width="32" height="32" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#1864ab" />
      <g fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round">
        <path d="M9 10.5h8a5.5 5.5 0 0 1 0 11H9" />
        <path d="M23 10.5h-1M23 21.5h-1M9 10.5v11" />
      </g>
    </svg>
  );
}
