import {render} from 'preact';
import {watchActivity} from './app/activity.ts';
import {Console, linkMark} from './app/console.tsx';
import {listenToKeys} from './app/keys.ts';
import {takeLink} from './app/link.ts';
import {followLinks} from './app/router.ts';
import {applyTheme} from './app/theme.ts';

applyTheme();
const link = takeLink(linkMark);
followLinks();
listenToKeys();
watchActivity();
render(<Console first={link} />, document.getElementById('app')!);
