import { useMemo } from 'preact/hooks';
import { linkify, quoteBlocks } from '../lib/links';

const foldFrom = 4; // quoted lines

function Text({ text }: { text: string }) {
  return (
    <>
      {linkify(text).map((piece) =>
        piece.href ? (
          <a href={piece.href} target="_blank" rel="noopener noreferrer" title={piece.href}>
            {piece.text}
          </a>
        ) : (
          piece.text
        ),
      )}
    </>
  );
}

/** Plain text: words, links and quotes; nothing in it is ever markup. */
export function TextBody({ text }: { text: string }) {
  const blocks = useMemo(() => quoteBlocks(text.replace(/\s+$/, '')), [text]);
  return (
    <div class="text-body">
      {blocks.map((block, i) => {
        const words = block.lines.join('\n');
        if (!block.quoted) return <div class="written"><Text text={words} /></div>;
        if (block.lines.length < foldFrom || blocks.length === 1) return <blockquote><Text text={words} /></blockquote>;
        return (
          <details key={i}>
            <summary>Quoted text</summary>
            <blockquote>
              <Text text={words} />
            </blockquote>
          </details>
        );
      })}
    </div>
  );
}
