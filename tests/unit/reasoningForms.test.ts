import { describe, expect, it } from 'vitest';
import { DEFAULT_CHOICES, parseChoice } from '../../src/domain/candidateChoices';
import {
  answerForm,
  DEFAULT_ATTRIBUTES,
  fieldNames,
  fieldNamesProblem,
  parseAttributes,
} from '../../src/domain/itemAttributes';
import { DEFAULT_SETTINGS, stagesOf } from '../../src/domain/reasoning';
import { heldOutItems, unknownVariables } from '../../src/domain/reasoningText';
import { storedJob } from '../../src/documents/reasoning';

const asked = ['material', 'style', 'target group'];

describe('answers of attributes', () => {
  it.each([
    ['::cotton::casual::women::', ['cotton', 'casual', 'women']],
    ['cotton::casual::women', ['cotton', 'casual', 'women']],
    ['Here it is:\n**cotton** :: casual :: "young women"\n', ['cotton', 'casual', 'young women']],
    ['::material: cotton::style: casual::target group: women::', ['cotton', 'casual', 'women']],
    ['::material::style::target group::\n::oak::rustic::families::', ['oak', 'rustic', 'families']],
    ['Answer: ::oak::rustic, plain::families:: I hope this helps.', ['oak', 'rustic, plain', 'families']],
  ])('%j is read', (answer, fields) => expect(parseAttributes(answer, asked)).toEqual(fields));

  it.each([
    '',
    'cotton, casual, women',
    '::cotton::casual::',
    '::cotton::::women::',
    answerForm(asked),
    'a::b::c::d::e',
  ])('%j has another form', (answer) => expect(parseAttributes(answer, asked)).toBeNull());

  it('are of fields with sound names', () => {
    expect(fieldNames(' material , style,, ')).toEqual(['material', 'style']);
    expect(fieldNamesProblem('material, style')).toBeNull();
    for (const wrong of ['', ' , ', 'a, A', 'a:b', 'a,b,c,d,e,f,g,h,i', 'x'.repeat(41)])
      expect(fieldNamesProblem(wrong)).not.toBeNull();
  });
});

describe('answers of choices', () => {
  it.each([
    ['::3::7::', [2, 6]],
    ['[1]::[10]', [0, 9]],
    ['The form is ::1::1::, so\n**::4:: 2 ::**', [3, 1]],
  ])('%j is read', (answer, [preferred, refused]) => expect(parseChoice(answer, 10)).toEqual({ preferred, refused }));

  it.each(['', '3 and 7', '::3::3::', '::0::4::', '::3::11::', '::most liked::least liked::'])(
    '%j names no two candidates',
    (answer) => expect(parseChoice(answer, 10)).toBeNull(),
  );
});

describe('settings', () => {
  it('of before there were attributes and choices ask for none', () => {
    const { attributes: _attributes, choices: _choices, ...older } = DEFAULT_SETTINGS;
    const { settings } = storedJob.parse({
      version: 1,
      datasetId: 'd',
      settings: older,
      overrides: { items: {}, users: {} },
    });
    expect(settings).toEqual(DEFAULT_SETTINGS);
    expect(stagesOf(settings)).toEqual(['describe', 'profile', 'encodeItems', 'encodeUsers']);
  });

  it('have prompts whose variables are known', () => {
    expect(unknownVariables(DEFAULT_ATTRIBUTES.prompt, 'attributes')).toEqual([]);
    expect(unknownVariables(DEFAULT_CHOICES.prompt, 'choose')).toEqual([]);
  });

  it('know what is held out: all but training items', () => {
    const held = heldOutItems({
      users: Int32Array.of(0, 0, 1, 0, 1, 0),
      items: Int32Array.of(5, 6, 7, 8, 9, 6),
      ratings: null,
      timestamps: null,
      split: Uint8Array.of(0, 1, 2, 2, 0, 0),
    });
    expect([...held].map(([user, items]) => [user, [...items]])).toEqual([
      [0, [8]],
      [1, [7]],
    ]);
  });
});
