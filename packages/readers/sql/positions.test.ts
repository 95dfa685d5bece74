import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { positionsOf } from './positions.ts';

const text = "select 'é日本😀'; selec 2";

describe('the three ways of counting', () => {
  test('bytes', () => {
    const bytes = Buffer.from(text);
    expect(positionsOf(text).fromByte(bytes.indexOf(';'))).toBe(text.indexOf(';'));
    expect(positionsOf(text).fromByte(bytes.indexOf('selec 2'))).toBe(text.indexOf('selec 2'));
  });

  test('code points', () => {
    expect(positionsOf(text).fromCodePoint(15)).toBe(text.indexOf('selec 2'));
  });

  test('a place inside a character is the start of the character', () => {
    const face = Buffer.from(text).indexOf('😀');
    for (const inside of [0, 1, 2, 3]) expect(positionsOf(text).fromByte(face + inside)).toBe(text.indexOf('😀'));
    expect(positionsOf(text).fromByte(face + 4)).toBe(text.indexOf('😀') + 2);
  });

  test('an unknown place (-1) stays unknown', () => {
    expect(positionsOf(text).fromByte(-1)).toBe(-1);
    expect(positionsOf('select 1').fromByte(-1)).toBe(-1);
  });

  test('agrees with an encoder on any text, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀', '\ud800', '\udc00') }), (a, b) => {
        const whole = a + b;
        const positions = positionsOf(whole);
        let point = 0;
        for (let i = 0; i < whole.length; ) {
          const byte = Buffer.byteLength(whole.slice(0, i));
          expect(positions.fromByte(byte)).toBe(i);
          expect(positions.fromCodePoint(point)).toBe(i);
          i += (whole.codePointAt(i) ?? 0) > 0xffff ? 2 : 1;
          point++;
        }
      }),
    );
  });
});
