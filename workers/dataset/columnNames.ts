/** The words that headers in the field use. Of several columns with the same role, the one earlier in its list counts. */

export type ColumnRole = 'user' | 'item' | 'rating' | 'timestamp' | 'split';

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

const KNOWN: Readonly<Record<ColumnRole, readonly string[]>> = {
  user: words(
    `userid user uid userindex useridx useriid usernum usernumber reviewerid reviewer visitorid visitor customerid customer memberid member
     personid person playerid player listenerid listener viewerid viewer readerid reader accountid account clientid client buyerid buyer
     consumerid consumer patronid steamid raterid rater userkey userhash useruuid usr usrid`,
  ),
  item: words(
    `itemid item iid itemindex itemidx itemiid itemnum parentasin asin productid product prodid movieid movie articleid article videoid video
     bookid book isbn businessid business gmapid venueid venue poiid poi placeid place locationid artistid artist trackid track songid song
     musicid albumid album newsid news gameid game appid recipeid recipe restaurantid restaurant photoid pinid postid animeid anime beerid
     beer jokeid sku skuid goodsid goods docid documentid contentid listingid hotelid hotel jobid courseid course podcastid showid
     microvideoid clipid streamid channelid publisherid adid creativeid packageid outfitid offerid storyid paperid repoid itemkey itemhash
     itemuuid titleid filmid film`,
  ),
  rating: words(
    `rating ratings overall score stars star rate ratingvalue ratingscore bookrating reviewoverall reviewscore userrating weight preference
     grade playcount plays`,
  ),
  timestamp: words(
    `timestamp time unixreviewtime ts unixtime timestampms timems timestamps datetime eventtime createdat createdtime createtime ratingtimestamp
     interactiontime reviewtimestamp reviewdate tdat utctimestamp utctime date reviewtime dateadded visittime clicktime localtime`,
  ),
  split: words(`xlabel split set fold subset partition phase splitset datasplit splitlabel`),
};

/** Columns whose 0 or false says that a row is no interaction: shown, but not clicked. */
const OUTCOMES = words(
  `label click clicked isclick isclicked target feedback positive ispositive like liked islike purchase purchased ispurchased conversion`,
);
/** Columns that qualify an interaction; their 0 does not unmake it. */
const FLAG = /^(is|has)[a-z]/;
/** Columns that say of what kind an interaction was. */
const KINDS = words(
  `event events eventtype behavior behaviour behaviortype behaviourtype action actiontype interactiontype feedbacktype`,
);

/** `userID`, `user_id:token`, `User-Id` → `userid`. */
export const bare = (header: string): string =>
  header
    .trim()
    .toLowerCase()
    .replace(/:.*$/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');

/** A header without RecBole's type: `item_emb:float_seq` → `item_emb`. */
export const withoutType = (header: string): string => header.trim().replace(/:(token|float)(_seq)?$/, '');

/** The word of a header, or of what stands behind the last dot: Hive writes the table before each column. */
function known<T>(header: string, find: (word: string) => T | null): T | null {
  const found = find(bare(header));
  const dot = header.lastIndexOf('.');
  return found ?? (dot < 0 ? null : find(bare(header.slice(dot + 1))));
}

/** What a header's word means, and how usual it is (0: most); null for a column that no word tells. */
export const knownRole = (header: string): { readonly role: ColumnRole; readonly rank: number } | null =>
  known(header, (word) => {
    for (const role of ['user', 'item', 'rating', 'timestamp', 'split'] as const) {
      const rank = KNOWN[role].indexOf(word);
      if (rank >= 0) return { role, rank };
    }
    return null;
  });

/** `user`, `item`, `rating`, …; null for a column that is not used. */
export const columnRole = (header: string): ColumnRole | null => knownRole(header)?.role ?? null;

/** A header that perhaps means a user or an item, to be confirmed: `session_id`, `from_user_uuid`; not `items_count`, `book_author`. */
export function likelyRole(header: string): 'user' | 'item' | null {
  const word = bare(header);
  const ends = (nouns: string): boolean =>
    new RegExp(`(${nouns})(s?(id|uuid|key|hash|code|idx|index|num|no|name))?$`).test(word);
  if (
    ends('user|customer|visitor|reviewer|member|session|listener|reader|player|device|cookie|client') ||
    /authorid$/.test(word)
  )
    return 'user';
  if (
    ends(
      'item|product|movie|book|video|article|song|track|artist|album|venue|business|place|news|game|recipe|content|goods',
    )
  )
    return 'item';
  return null;
}

/** `user_id,parent_asin,asin`: the product, and one of its variants. */
export const isVariant = (header: string, other: string): boolean =>
  bare(header) === 'parentasin' && bare(other) === 'asin';

const isOneOf = (header: string, list: readonly string[]): boolean =>
  known(header, (word) => list.includes(word) || null) !== null;
export const isOutcome = (header: string): boolean => isOneOf(header, OUTCOMES);
export const isFlag = (header: string): boolean => FLAG.test(bare(header));
export const isKind = (header: string): boolean => isOneOf(header, KINDS);

/** A header of what is counted or measured, which is no id: `items_count`, `play_duration`. */
export const isMeasure = (header: string): boolean =>
  /(count|total|number|quantity|amount|price|cost|duration|length|time|age)s?$/.test(bare(header));

/** RecBole's `item_id_list:token_seq`. */
export const isItemList = (header: string): boolean => /^(.*_)?list:token_seq$/i.test(header.trim());

/** Any word of the field: a first line with one of these is a header. */
export function isHeaderWord(header: string): boolean {
  return (
    knownRole(header) !== null ||
    isOutcome(header) ||
    isKind(header) ||
    /^[\p{L}_ .-]+:(token|token_seq|float|float_seq)$/u.test(header.trim()) ||
    /(^|_)(id|ids|idx|index|name|title|genres?|categor(y|ies)|description|review|text|price|brand|tag|remapid|orgid)$/i.test(
      header
        .trim()
        .replace(/([a-z])([A-Z])/g, '$1_$2')
        .replaceAll(' ', '_'),
    )
  );
}

const NAMES = words(
  `title name itemname movietitle booktitle productname producttitle videotitle artistname songname trackname caption`,
);
const CATEGORIES = words(
  `category categories genre genres class maincategory maincat icategory itemcategory mastercategory type tags kind`,
);

/** The column of names, or of categories, in a table about items. */
export const nameRank = (header: string): number => NAMES.indexOf(bare(header));
export const categoryRank = (header: string): number => CATEGORIES.indexOf(bare(header));
