/** Text without line breaks, for a cell, a heading or a caption. */
export const oneLine = (text: string): string => text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ');

/**
 * Text of one line in Markdown (GitHub's) in which nothing is markup: no end of a cell, emphasis, code, link, picture or tag. An
 * underscore within a word is no markup and stays.
 */
export const markdownText = (text: string): string =>
  oneLine(text).replace(
    /[\\|`*[]|~(?=~)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|<(?=[a-z/!?])|&(?=#?[a-z\d]+;)/giu,
    (character) => `\\${character}`,
  );
