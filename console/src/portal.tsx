import {render} from 'preact';
import {watchActivity} from './app/activity.ts';
import {takeLink} from './app/link.ts';
import {applyTheme} from './app/theme.ts';
import {Portal} from './portal/portal.tsx';

applyTheme();
watchActivity();
render(<Portal link={takeLink('#')} />, document.getElementById('app')!);
