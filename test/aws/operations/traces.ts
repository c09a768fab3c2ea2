import { expect, test } from 'vitest';
import { everySecretValue, planted, stateText, type Operations } from '../../harness/operations.js';
import { filesWith, plantedIn } from '../../harness/planted.js';

/** The one value that Terraform must hold: CloudFront's resource takes it as text. */
const held = ['tiny/dev/kong/ORIGIN_VERIFY', 'tiny/dev/kong/ORIGIN_VERIFY_NEXT'];

export function traces(opened: () => Operations): void {
  test('no value of a secret is left anywhere; of the origin values Terraform’s state and plan alone know', async () => {
    const all = await everySecretValue(opened());
    const valuesOf = (wanted: (name: string) => boolean) =>
      [...all].flatMap(([name, values]) => (wanted(name) ? values.flatMap(secretsIn) : []));
    const origin = valuesOf((name) => held.includes(name));
    const secret = valuesOf((name) => !held.includes(name));
    // Planted by hand, made by Landfall and by RDS: none is missing, or the search would prove nothing.
    expect(origin.length).toBeGreaterThanOrEqual(3);
    expect(secret).toEqual(expect.arrayContaining(Object.values(planted).flat()));
    expect([...all.keys()]).toEqual(expect.arrayContaining([expect.stringMatching(/^rds!db-/)]));

    const { project, printed, commandLines } = opened();
    const lines = commandLines.stop();
    if (process.platform === 'linux') expect(lines.some((line) => line.includes('terraform'))).toBe(true);
    for (const text of [printed(), ...lines]) expect(plantedIn(text, [...origin, ...secret])).toEqual([]);
    expect(await filesWith(project.artifact, [...origin, ...secret])).toEqual([]);

    const state = await stateText(opened());
    expect(plantedIn(state, origin).length).toBeGreaterThan(0);
    expect(plantedIn(state, secret)).toEqual([]);
    expect((await filesWith(project.shownPlans, ['resource_changes'])).length).toBeGreaterThan(5);
    expect(await filesWith(project.shownPlans, secret)).toEqual([]);
  });
}

/** The value itself, and what in it is secret by itself: the members of a JSON object, the password of a URL. */
function secretsIn(value: string): readonly string[] {
  const parts = value.startsWith('{') ? Object.values(JSON.parse(value) as Readonly<Record<string, string>>) : [];
  const passwords = [value, ...parts].flatMap((text) => (URL.canParse(text) ? [new URL(text).password] : []));
  // A user's name is no secret.
  return [value, ...parts, ...passwords].filter((text) => text.length >= 12);
}
