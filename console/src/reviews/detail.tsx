// One review: both sides and what tells them apart, or the facts of its kind; what can be decided; what was decided.

import type {ComponentChildren} from 'preact';
import {useEffect, useRef, useState} from 'preact/hooks';
import type {AmbiguousDetail, Review} from '../api/types.ts';
import {useKeys} from '../app/keys.ts';
import {base} from '../app/router.ts';
import {useMay} from '../app/session.tsx';
import {count, sentenceCase, words} from '../format/words.ts';
import {Facts, Head, Section, type Fact} from '../ui/blocks.tsx';
import {Compare} from '../ui/compare.tsx';
import {History} from '../ui/history.tsx';
import {useGet} from '../ui/load.ts';
import {RawWebhook} from '../ui/messages.tsx';
import {Ready} from '../ui/states.tsx';
import {Actor, Id, Money, Pill, Time} from '../ui/values.tsx';
import {Why} from '../ui/why.tsx';
import {SettlementActions, UndoDecided} from './actions.tsx';
import {Rulings} from './rulings.tsx';
import {ambiguousDetail, onlyCandidate} from './settlement.ts';

export function ReviewDetail({id, onDecided}: {id: string; onDecided: () => void}) {
  const loaded = useGet<Review>(`/v1/reviews/${id}`);
  const [version, setVersion] = useState(0);
  const done = () => { loaded.reload(); setVersion(version + 1); onDecided(); };
  return (
    <Ready of={loaded}>
      {review => {
        const detail = ambiguousDetail(review);
        return (
          <article class="review">
            {detail ? <OfSettlement review={review} detail={detail} version={version} onDone={done} />
              : <OfOther review={review} onDone={done} />}
            <History id={review.id} version={version} />
          </article>
        );
      }}
    </Ready>
  );
}

function ReviewHead({review, title, children}: {review: Review; title: ComponentChildren; children: ComponentChildren}) {
  return (
    <Head tab={sentenceCase(words(review.kind))} title={title} status={<Pill token={review.status} />}
      above={<><a class="back" href={`${base}/reviews${location.search}`}>Reviews</a><span> · </span>{sentenceCase(words(review.kind))}</>}>{children}</Head>
  );
}

function Decided({review}: {review: Review}) {
  if (review.status === 'open') return null;
  return (
    <p class="lead"><Pill token={review.decision || 'closed'} /> {review.decision ? <>by <Actor actor={review.actor} /></> : 'by new facts, without a reviewer'}
      {review.reason ? <>: {review.reason}</> : null} · <Time at={review.closed_at} /></p>
  );
}

function OfSettlement({review, detail, version, onDone}: {review: Review; detail: AmbiguousDetail; version: number; onDone: () => void}) {
  const [chosen, setChosen] = useState(() => onlyCandidate(review));
  const [explains, setExplains] = useState(false);
  const explanation = useRef<HTMLDivElement>(null);
  useKeys({e: () => setExplains(!explains)});
  useEffect(() => { if (explains) explanation.current?.scrollIntoView({block: 'nearest'}); }, [explains]);
  const {settlement, left_out: leftOut, all_compared: allCompared, distinguishing_fields: apart} = detail;
  return (
    <>
      <ReviewHead review={review} title={<><Money amount={settlement.amount} /> <span class="head-name break">{settlement.payer.name}</span></>}>
        <SettlementActions review={review} detail={detail} chosen={chosen} choose={setChosen} onDone={onDone} />
        <UndoDecided review={review} onDone={onDone} />
      </ReviewHead>
      <Decided review={review} />
      <Section title="Candidates" flush note={apart.length > 0 ? `They differ in ${apart.map(words).join(', ')}` : 'They agree in every field'}>
        <Compare detail={detail} chosen={chosen} choose={review.status === 'open' ? setChosen : undefined} />
        {leftOut > 0 ? <p class="note">{count(leftOut, 'more candidate')} {leftOut === 1 ? 'is' : 'are'} not listed.</p> : null}
        {allCompared ? null : <p class="note">More payments like these exist; not all of them were compared.</p>}
      </Section>
      <Section title="Explanation" actions={<button type="button" class="button small" aria-expanded={explains}
        onClick={() => setExplains(!explains)}>{explains ? 'Hide' : 'Explain'} <kbd>e</kbd></button>}>
        <div ref={explanation}>{explains ? <Why key={version} of={{kind: 'settlements', id: settlement.id}} />
          : <p class="second">Lists every payment that could be confused with the right one, including those that a contradicting field rules out.</p>}</div>
      </Section>
    </>
  );
}

function OfOther({review, onDone}: {review: Review; onDone: () => void}) {
  const may = useMay();
  const messages = ['first_webhook_id', 'other_webhook_id'].map(name => review.detail[name]).filter(id => typeof id === 'string');
  if (messages.length === 0 && review.subject_id.startsWith('whk_')) messages.push(review.subject_id);
  return (
    <>
      <ReviewHead review={review} title={sentenceCase(words(review.kind))}><Rulings review={review} onDone={onDone} /></ReviewHead>
      <Decided review={review} />
      <Section title="What it is about"><Facts facts={[['subject', <Id id={review.subject_id} />], ...factsOf(review.detail),
        ['opened', <Time at={review.created_at} />]]} /></Section>
      {messages.length > 0 && may('webhooks:read') ? (
        <div class="side-by-side">{messages.map((id, index) => (
          <Section key={id} title={messages.length === 1 ? 'Raw message' : index ? 'The other message' : 'The first message'}><RawWebhook id={id} /></Section>
        ))}</div>
      ) : null}
    </>
  );
}

function factsOf(detail: Record<string, unknown>): Fact[] {
  return Object.entries(detail).filter(([, value]) => value !== '' && value !== null).map(([name, value]): Fact => [words(name), <Value of={value} />]);
}

function Value({of}: {of: unknown}) {
  if (typeof of === 'string') return /^[a-z]{3}_/.test(of) ? <Id id={of} /> : <span class="break">{of}</span>;
  if (Array.isArray(of)) return <ul class="lines">{of.map((one, index) => <li key={index}><Value of={one} /></li>)}</ul>;
  if (typeof of === 'object' && of !== null) return <Facts facts={factsOf(of as Record<string, unknown>)} />;
  return <>{String(of)}</>;
}
