/* Which stage a per cent is, and which per cents a person can mean. Pure. */

/** "before" (0), "between" (1–99) or "after" (100); "" if it is no per cent. */
export function stageOf(percent) {
  if (!Number.isInteger(percent) || percent < 0 || percent > 100) return "";
  if (percent === 0) return "before";
  return percent === 100 ? "after" : "between";
}

/** What was typed as a whole per cent 0…100, or null. */
export function percentOf(text) {
  const trimmed = String(text).trim();
  if (!/^\d{1,3}$/.test(trimmed)) return null;
  const percent = Number(trimmed);
  return percent <= 100 ? percent : null;
}
