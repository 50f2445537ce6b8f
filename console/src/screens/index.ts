// All screens by the first part of their path, in the order of the navigation.

import type {ComponentType} from 'preact';
import type {IconName} from '../ui/icon.tsx';
import {ChangeList} from './changes.tsx';
import {ConnectorItem, ConnectorList} from './connectors.tsx';
import {DeliveryItem, DeliveryList} from './deliveries.tsx';
import {EndpointItem, EndpointList} from './endpoints.tsx';
import {Feed} from './feed.tsx';
import {InstitutionItem, InstitutionList} from './institutions.tsx';
import {KeyList} from './keys.tsx';
import {LinkItem, LinkList} from './links.tsx';
import {MatchItem, MatchList} from './matches.tsx';
import {NodeList} from './nodes.tsx';
import {NotificationItem, NotificationList} from './notifications.tsx';
import {OperatorList} from './operators.tsx';
import {OrderItem, OrderList} from './orders.tsx';
import {Overview} from './overview.tsx';
import {PaymentItem, PaymentList} from './payments.tsx';
import {Reviews} from './reviews.tsx';
import {RuleList} from './rules.tsx';
import {Search} from './search.tsx';
import {SettlementItem, SettlementList} from './settlements.tsx';
import {StatementItem, StatementList} from './statements.tsx';
import {TimelineItem} from './timeline.tsx';

export interface Screen {
  title: string;
  icon: IconName;
  group?: string;
  /** Without this scope it is not offered. */
  scope: string;
  /** Without an Item it shows both, the list and the thing with the id. */
  List: ComponentType<{id?: string}>;
  Item?: ComponentType<{id: string}>;
}

export const screens: Record<string, Screen> = {
  overview: {title: 'Overview', icon: 'overview', group: '', scope: 'settlements:read', List: Overview},
  feed: {title: 'Live', icon: 'feed', group: '', scope: 'events:read', List: Feed},
  payments: {title: 'Payments', icon: 'payments', group: 'Money in', scope: 'payments:read', List: PaymentList, Item: PaymentItem},
  settlements: {title: 'Settlements', icon: 'settlements', group: 'Money in', scope: 'settlements:read', List: SettlementList,
    Item: SettlementItem},
  matches: {title: 'Matches', icon: 'matches', group: 'Money in', scope: 'settlements:read', List: MatchList, Item: MatchItem},
  reviews: {title: 'Reviews', icon: 'reviews', group: 'Money in', scope: 'settlements:read', List: Reviews},
  orders: {title: 'Orders', icon: 'orders', group: 'Money out', scope: 'orders:read', List: OrderList, Item: OrderItem},
  links: {title: 'Links', icon: 'links', group: 'Money out', scope: 'links:read', List: LinkList, Item: LinkItem},
  endpoints: {title: 'Endpoints', icon: 'endpoints', group: 'Partners', scope: 'endpoints:read', List: EndpointList,
    Item: EndpointItem},
  deliveries: {title: 'Deliveries', icon: 'deliveries', group: 'Partners', scope: 'events:read', List: DeliveryList,
    Item: DeliveryItem},
  notifications: {title: 'Notifications', icon: 'notifications', group: 'Partners', scope: 'notifications:read',
    List: NotificationList, Item: NotificationItem},
  connectors: {title: 'Connectors', icon: 'connectors', group: 'Banks', scope: 'connectors:read', List: ConnectorList,
    Item: ConnectorItem},
  statements: {title: 'Statements', icon: 'statements', group: 'Banks', scope: 'settlements:read', List: StatementList,
    Item: StatementItem},
  institutions: {title: 'Institutions', icon: 'institutions', group: 'Banks', scope: 'settlements:read', List: InstitutionList,
    Item: InstitutionItem},
  rules: {title: 'Rules', icon: 'rules', group: 'Banks', scope: 'settlements:read', List: RuleList},
  nodes: {title: 'Nodes', icon: 'nodes', group: 'System', scope: 'admin', List: NodeList},
  keys: {title: 'API keys', icon: 'keys', group: 'System', scope: 'admin', List: KeyList},
  operators: {title: 'Operators', icon: 'operators', group: 'System', scope: 'admin', List: OperatorList},
  changes: {title: 'Changes', icon: 'changes', group: 'System', scope: 'admin', List: ChangeList},
  search: {title: 'Search', icon: 'search', scope: 'events:read', List: Search},
  timeline: {title: 'Timeline', icon: 'changes', scope: 'events:read', List: Search, Item: TimelineItem},
};
