var e={nl:{noAppeals:`Je hebt geen bezwaren, en er ligt niets bij een mens.`,steps:`Hoe ver het is`,extended:`Waarom het langer duurt`,asked:`De beoordelaar vraagt`,statement:`Jouw uitleg`,replied:`Jouw reactie`,ruling:`Het besluit`,send:`Versturen`,reply:`Je reactie is bij de beoordelaar.`,add:`Je uitleg is bewaard.`,withdraw:`Je bezwaar is ingetrokken.`,escalate:`Een tweede mens gaat kijken.`,employer:`Wat je werkgever ziet`,employerNothing:`Nu geen enkel antwoord van je.`,looks:`Wie er heeft gekeken`,looksNone:`Nog niemand.`,leaves:`Wie er nog meer iets krijgt`,leavesNothing:`Niemand. Er gaat niets naar een ander bedrijf.`,consented:`Toestemming gegeven op {date}, voor versie {policy}.`,choices:`Wat jij kiest`,byPerson:`Een mens beoordeelt al mijn antwoorden, de computer niet.`,byPersonMeans:`Je wacht dan langer op je punten. Verder verandert er niets. Het geldt vanaf je volgende antwoord.`,contact:`Mail over je bezwaren`,contactMeans:`Dan krijg je ook een mail als er nieuws is. Je antwoorden staan daar nooit in. Het hoeft niet: je leest het nieuws altijd hier.`,contactKnown:`Nieuws gaat naar {address}.`,news:`Mail over trainingen`,newsMeans:`Wil je nieuws over nieuwe trainingen? Laat dan een adres achter. Het hoeft niet, en stoppen kan altijd.`,newsEmail:`Adres voor nieuws over trainingen`,newsSave:`Nieuws vragen`,newsRemove:`Nieuws stoppen`,unconfirmed:`We stuurden een mail naar {address}. Bevestig daarin je adres; tot dan komt er geen nieuws.`,email:`E-mailadres`,save:`Bewaren`,change:`Ander adres`,remove:`Adres wissen`,restrict:`Mijn gegevens staan stil.`,restrictMeans:`Ze blijven bewaard, maar niemand gebruikt ze: geen werkgever, geen computer, geen overzicht. De cursus staat dan ook stil.`,mine:`Jouw gegevens`,json:`Download computerbestand`,page:`Download om te lezen`,downloaded:`Je bestand is gemaakt. Je vindt het bij je downloads.`,pass:`Doorgeven aan een ander`,passMeans:`Je maakt een link. Wie die heeft, kan alles over jou meenemen, zeven dagen lang. Je ziet hier wanneer dat gebeurt. Je kunt de link altijd stoppen.`,passMake:`Maak een link om door te geven`,choicesMake:`Maak een link naar mijn keuzes`,made:`Dit is je link. Bewaar hem nu: je ziet hem maar één keer.`,link:`Je link`,copy:`Kopiëren`,copied:`Gekopieerd.`,links:`Links die nu werken`,exportLink:`Om alles mee te nemen, tot en met {until}`,choicesLink:`Naar je keuzes, tot en met {until}`,end:`Stoppen`,ended:`De link werkt niet meer.`,ending:`Ermee ophouden`,eraseAll:`Alles over mij wissen`,erasing:`Alles wat over jou bewaard wordt, gaat weg: antwoorden, punten, bezwaren, keuzes en je adres. Je kunt het niet terugkrijgen. Wil je iets bewaren? Download het eerst.`,stays:`Dit blijft staan:`,eraseYes:`Ja, wis alles`,erased:`Alles over jou is gewist.`,notErased:`Er is nog niets gewist.`,withdrawing:`Dan stopt de cursus meteen, en leest niemand je antwoorden nog. Wil je ook dat alles weg is? Kies dan in het menu onder Privacy: Alles over mij wissen.`,withdrawYes:`Ja, trek in`,keep:`Nee, laat staan`,ageMeans:`Ben je jonger dan 16? Dan moet een ouder of voogd het eerst goedvinden. We vragen niet wanneer je bent geboren.`,older:`Ik ben 16 of ouder`,younger:`Ik ben jonger dan 16`,waiting:`We wachten op je ouder of voogd. Tot dan leest niemand wat je schrijft.`,parentMeans:`Vul het e-mailadres van je ouder of voogd in. Die krijgt een mail met een link om ja of nee te zeggen. Daarna wissen we het adres.`,parent:`E-mailadres van je ouder of voogd`,askParent:`Vraag toestemming`,paper:`Liever op papier`,code:`Zet deze code op het papier dat je ouder of voogd tekent: {code}. Geef het aan wie bij jou over privacy gaat. Je ziet de code maar één keer.`,renewedMeans:`Je toestemming blijft gelden. Dit is anders:`,read:`Gelezen`},en:{noAppeals:`You have no appeals, and nothing is with a person.`,steps:`How far it is`,extended:`Why it takes longer`,asked:`The reviewer asks`,statement:`Your explanation`,replied:`Your reply`,ruling:`The decision`,send:`Send`,reply:`The reviewer has your reply.`,add:`Your explanation is kept.`,withdraw:`Your appeal is withdrawn.`,escalate:`A second person will look.`,employer:`What your employer sees`,employerNothing:`None of your answers now.`,looks:`Who has looked`,looksNone:`Nobody yet.`,leaves:`Who else gets something`,leavesNothing:`Nobody. Nothing goes to another company.`,consented:`Consent given on {date}, for version {policy}.`,choices:`What you choose`,byPerson:`A person grades all my answers, not the computer.`,byPersonMeans:`You then wait longer for your points. Nothing else changes. It counts from your next answer on.`,contact:`Mail about your appeals`,contactMeans:`Then you also get a mail when there is news. Your answers are never in it. You need not: you can always read the news here.`,contactKnown:`News goes to {address}.`,news:`Mail about trainings`,newsMeans:`Do you want news about new trainings? Then leave an address. You need not, and you can always stop.`,newsEmail:`Address for news about trainings`,newsSave:`Ask for news`,newsRemove:`Stop news`,unconfirmed:`We sent a mail to {address}. Confirm your address in it; until then there is no news.`,email:`E-mail address`,save:`Keep`,change:`Another address`,remove:`Wipe address`,restrict:`Do not use my data.`,restrictMeans:`It is kept, but nobody uses it: no employer, no computer, no overview. The course then stands still too.`,mine:`Your data`,json:`Download computer file`,page:`Download to read`,downloaded:`Your file is made. You find it with your downloads.`,pass:`Pass on to somebody else`,passMeans:`You make a link. Whoever has it can take along everything about you, for seven days. Here you see when that happens. You can always end the link.`,passMake:`Make a link to pass on`,choicesMake:`Make a link to my choices`,made:`This is your link. Keep it now: you see it only once.`,link:`Your link`,copy:`Copy`,copied:`Copied.`,links:`Links that work now`,exportLink:`To take everything along, up to {until}`,choicesLink:`To your choices, up to {until}`,end:`End`,ended:`The link no longer works.`,ending:`Stopping with it`,eraseAll:`Erase everything about me`,erasing:`Everything that is kept about you goes: answers, points, appeals, choices and your address. You cannot get it back. Do you want to keep something? Download it first.`,stays:`This stays:`,eraseYes:`Yes, erase everything`,erased:`Everything about you is erased.`,notErased:`Nothing is erased yet.`,withdrawing:`The course then stops at once, and nobody reads your answers any more. Do you also want everything gone? Then choose in the menu under Privacy: Erase everything about me.`,withdrawYes:`Yes, withdraw`,keep:`No, leave it`,ageMeans:`Are you younger than 16? Then a parent or guardian has to agree first. We do not ask when you were born.`,older:`I am 16 or older`,younger:`I am younger than 16`,waiting:`We are waiting for your parent or guardian. Until then nobody reads what you write.`,parentMeans:`Fill in the e-mail address of your parent or guardian. They get a mail with a link to say yes or no. After that we wipe the address.`,parent:`E-mail address of your parent or guardian`,askParent:`Ask permission`,paper:`Rather on paper`,code:`Put this code on the paper that your parent or guardian signs: {code}. Give it to who looks after privacy with you. You see the code only once.`,renewedMeans:`Your consent stays. This is different:`,read:`I have read it`}};async function t(t,n,{html:r,nothing:i,fill:a}){let{talk:o}=t,s=e[o.language],{notice:c}=o,[l,u]=[c?.age===`waiting`,c?.age===`waiting`?s.waiting:``],d=(...e)=>{n.body=r`<p class="said" role="status">${u}</p>
<p>${s.ageMeans}</p>
<div class="buttons">
<button id="older" @click=${f}>${s.older}</button>
${l?i:r`<button @click=${p}>${s.younger}</button>`}
 </div>
${l?r`<p class="small" id="parent-means">${s.parentMeans}</p>
<label for="parent">${s.parent}</label>
<div class="mail">
<input id="parent" type="email" required maxlength="254" aria-describedby="parent-means" />
<button class="solid" @click=${m}>${s.askParent}</button>
</div>
<div class="buttons"><button @click=${()=>void h()}>${s.paper}</button></div>`:i}`,t.update(),t.focusOn(...e)},f=()=>t.leave(()=>c&&void o.consent(c,{of_age:!0})),p=()=>{l=!0,d(`#parent`)},m=e=>{let t=e.target.parentElement?.querySelector(`input`);t?.reportValidity()&&h(t.value.trim())},h=async(e=null)=>{try{let{code:t}=await o.reach(`POST`,`permission`,{language:o.language,email:e});u=t?a(s.code,{code:t},o.language):s.waiting,c&&(c.age=`waiting`)}catch(e){u=e.detail||o.texts.failed}d(`#parent`)};d(l?`#parent`:`#older`)}var n=2e3,r={done:`check`,now:`person`,next:`dash`};async function i(e,t,n){await new a(e,t,n).load()}var a=class{#e=[];#t=``;#n=null;#r=``;#i=``;#a=!1;constructor(e,t,n){this.chat=e,this.panel=t,this.kit=n}get#o(){return e[this.chat.talk.language]}async load(){let e=await this.chat.talk.reach(`GET`,`appeals`);this.#e=e.appeals,this.#t=e.complaint,this.#s()}#s(...e){let{html:t}=this.kit;this.panel.body=t`<p class="said" role="status">${this.#i}</p>
${this.#e.length?t`<ol>${this.#e.map(e=>this.#c(e))}</ol>`:t`<p>${this.#o.noAppeals}</p>`}
 <p class="small">${this.#t}</p>`,this.chat.update(),e.length&&this.chat.focusOn(...e)}#c(e){let{html:t,nothing:n,icon:i,paragraphs:a}=this.kit,o=this.#o,{number:s,question:c,steps:l,extended:u,asked:d,reply:f,statement:p,ruling:m}=e,h=(e,r)=>r?t`<div class="part"><p class="small">${e}</p>${a(r)}</div>`:n,g=h(o.ruling,m&&[m.title,m.reason,m.text].filter(Boolean).join(`
`)),_=e.can.find(({act:e})=>this.#n?.number===s&&this.#n.act===e);return t`<li class="card case">
<p class="eyebrow">${s}</p>
<h4 id=${s} tabindex="-1">${c}</h4>
<ol class="steps" aria-label=${o.steps}>
${l.map(({when:e,text:a})=>t`<li class=${e} aria-current=${e===`now`?`step`:n}>
${i(r[e])} <span>${a}</span>
</li>`)}
 </ol>
${e.open?g:n} ${h(o.extended,u)} ${h(o.statement,p)} ${h(o.asked,d)}
 ${h(o.replied,f)}
 ${e.open?n:g}
 ${_?this.#l(e,_):t`<div class="buttons">
${e.can.map(({act:n,title:r})=>t`<button
 class=${n===`reply`?`solid`:``}
 data-act="${n} ${s}"
 aria-describedby=${s}
 @click=${()=>this.#u(e,n)}
 >${r}</button>`)}
 </div>`}
 </li>`}#l(e,{act:t,title:r,text:i}){let{html:a,nothing:s}=this.kit,c=o(t);return a`<div class="act" role="group" aria-label=${r}>
<p id="act">${i}</p>
${c?a`<textarea
 rows="4"
 aria-label=${r}
 aria-describedby="act"
 maxlength=${n}
 .value=${this.#r}
 @input=${e=>this.#r=e.target.value}
 ></textarea>`:s}
 <div class="buttons">
<button class="solid" aria-describedby="act" @click=${()=>void this.#f(e,t)}>${c?this.#o.send:r}</button>
<button @click=${()=>this.#d(e,t)}>${this.chat.talk.texts.drop}</button>
</div>
</div>`}#u(e,t){this.#n={number:e.number,act:t},this.#r=t===`add`?e[e.adds]??``:``,this.#i=``,this.#s(`.act textarea`,`.act .solid`)}#d({number:e},t){this.#n=null,this.#s(`[data-act="${t} ${e}"]`)}async#f({number:e},t){let n=this.#r.trim();if(this.#a||o(t)&&!n)return;this.#a=!0;let{talk:r}=this.chat;try{t===`withdraw`?await r.withdrawAppeal(e).then(e=>e||Promise.reject(Error())):t===`escalate`?await r.reach(`POST`,`appeals/${e}/escalate`):await r.reach(`POST`,`appeals/${e}/statement`,{text:n}),this.#n=null,this.#i=this.#o[t],await this.load(),this.#s(`#${e}`)}catch(e){this.#i=e.detail||r.texts.failed,this.#s()}finally{this.#a=!1}}};function o(e){return e===`add`||e===`reply`}var s=`.said{color:var(--accent);font-weight:600}.said:empty{display:none}ol+.small{margin-top:16px}.case h4{margin:0}.case>*+*,.act>*+*,.choice+.choice{margin-top:12px}.steps li{color:var(--soft-ink);gap:10px;margin:0;padding-bottom:10px;display:flex;position:relative}.steps li:last-child{padding-bottom:0}.steps li:not(:last-child):before{content:"";border-left:2px solid var(--edge);position:absolute;top:26px;bottom:-2px;left:9px}.steps svg{margin-top:2px}.steps .done svg{color:var(--accent)}.steps .now{color:var(--ink);font-weight:600}.part{border-left:3px solid var(--line);padding-left:12px}.case .part p+p{margin-top:4px}.act{border-top:1px solid var(--edge);padding-top:12px}dialog textarea,dialog input:is([type=email],[type=text]){width:100%;font:inherit;color:inherit;background:var(--surface);border:1px solid var(--edge);border-radius:10px;padding:8px 10px}dialog textarea:focus-visible{outline:3px solid var(--accent)!important}.case button:not(.solid,:hover){background:var(--surface)}.choice .small{margin:2px 0 0 36px}.mail{gap:8px;display:flex}.act+.buttons,.buttons+p,.buttons+h4,.said:not(:empty),ul+p{margin-top:12px}`,c=class{#e=``;#t=``;#n=!1;#r=!1;constructor(e,t,n){this.chat=e,this.kit=t,this.again=n}get#i(){return e[this.chat.talk.language]}shown(e){let{html:t,nothing:n,fill:r}=this.kit,{talk:i}=this.chat,a=this.#i;return t`<h4>${a.mine}</h4>
<div class="buttons">
<button id="json" @click=${()=>this.#o(`#json`,this.#s)}>${a.json}</button>
<button id="page" @click=${()=>this.#o(`#page`,this.#c)}>${a.page}</button>
</div>
<p class="said" role="status">${this.#e}</p>
<h4>${a.pass}</h4>
<p class="small">${a.passMeans}</p>
${this.#t?t`<div class="act">
<label for="made">${a.link}</label>
<div class="mail">
<input id="made" type="text" readonly .value=${this.#t} @focus=${e=>e.target.select()} />
<button id="copy" @click=${()=>this.#o(`#copy`,this.#d)}>${a.copy}</button>
</div>
</div>`:n}
 <div class="buttons">
<button id="pass" @click=${()=>this.#o(`#made`,()=>this.#u(`export`))}>${a.passMake}</button>
${e.takes_part?t`<button id="reach" @click=${()=>this.#o(`#made`,()=>this.#u(`choices`))}>${a.choicesMake}</button>`:n}
 </div>
${e.links.length?t`<p>${a.links}</p>
<ul>
${e.links.map(({id:e,purpose:n,until:o})=>{let s=r(n===`export`?a.exportLink:a.choicesLink,{until:o},i.language);return t`<li>
<span id=${e}>${s}</span>
<div class="buttons">
<button aria-describedby=${e} @click=${()=>this.#o(`#pass`,()=>this.#f(e))}>${a.end}</button>
</div>
</li>`})}
 </ul>`:n}
 <h4>${a.ending}</h4>
${this.#n?this.#a(e):t`<div class="buttons">
${e.consented_at?t`<button @click=${()=>void this.chat.show(`withdraw`)}>${i.texts.withdraw}</button>`:n}
 <button id="erase" @click=${()=>this.#o(`#keep`,async()=>void(this.#n=!0))}>${a.eraseAll}</button>
</div>`}`}#a(e){let{html:t}=this.kit,n=this.#i;return t`<div class="act" role="group" aria-label=${n.eraseAll}>
<p id="erasing">${n.erasing}</p>
<p>${n.stays}</p>
<ul>
${e.erasing.map(e=>t`<li>${e}</li>`)}
 </ul>
<div class="buttons">
<button class="solid" aria-describedby="erasing" @click=${()=>this.#o(`#erase`,this.#p)}>${n.eraseYes}</button>
<button id="keep" @click=${()=>this.#o(`#erase`,async()=>void(this.#n=!1))}>${n.keep}</button>
</div>
</div>`}async#o(e,t){if(!this.#r){this.#r=!0,this.#e=``;try{await t(),await this.again(),this.chat.focusOn(e,`#pass`)}catch(e){this.#e=e.detail||this.chat.talk.texts.failed,await this.again().catch(()=>0)}finally{this.#r=!1}}}#s=async()=>{let e=await this.chat.talk.reach(`GET`,`export`);this.#l(JSON.stringify(e,null,2),`json`,`application/json`)};#c=async()=>{let{html:e}=await this.chat.talk.reach(`GET`,`export/page`);this.#l(e,`html`,`text/html`)};#l(e,t,n){let r=document.createElement(`a`);r.href=URL.createObjectURL(new Blob([e],{type:`${n};charset=utf-8`})),r.download=`wederhoor.${t}`,r.click(),setTimeout(()=>URL.revokeObjectURL(r.href),6e4),this.#e=this.#i.downloaded}async#u(e){this.#t=(await this.chat.talk.reach(`POST`,`${e}/link`)).url,this.#e=this.#i.made}#d=async()=>{await navigator.clipboard.writeText(this.#t),this.#e=this.#i.copied};async#f(e){await this.chat.talk.reach(`DELETE`,`links/${e}`),this.#t=``,this.#e=this.#i.ended}#p=async()=>{let{erased:e,stays:t}=await this.chat.talk.reach(`DELETE`,`me?sure=yes`);this.#n=!1;let n=this.#i,{html:r}=this.kit,i=e?n.erased:n.notErased;await this.chat.talk.load();let a=r`<p>${n.stays}</p>
<ul>
${t.map(e=>r`<li>${e}</li>`)}
 </ul>
<div class="buttons"><button id="done" class="solid" @click=${this.chat.dismiss}>${this.chat.talk.texts.close}</button></div>`;this.chat.ask({title:i,body:a}),this.chat.focusOn(`#done`)}};async function l(e,t,n){let r=new c(e,n,i);async function i(){t.body=u(await e.talk.reach(`GET`,`privacy`),r,e,i,n),e.update()}await i()}function u(t,n,r,i,a){let{talk:o}=r,{language:s}=o,{html:c,nothing:l,paragraphs:u,fill:p,statement:m}=a,h=e[s],g=(e,t)=>e.length?c`<ul>${e.map(e=>c`<li>${e}</li>`)}</ul>`:c`<p>${t}</p>`,{consented_at:_,takes_part:v,policy:y}=t;return c`
 ${t.notice.map(u)}
 <h4>${h.employer}</h4>
${g([...t.employer_counts,...t.employer_sees.map(e=>`${e.question} (${[e.state,e.result].filter(Boolean).join(`, `)})`)],h.employerNothing)}
 <h4>${h.looks}</h4>
${g(t.looks.map(e=>[`${e.who}, ${e.when}`,e.question].filter(Boolean).join(`: `)),h.looksNone)}
 <h4>${h.leaves}</h4>
${g(t.leaves,h.leavesNothing)}
 ${t.known?c`<h4>${h.choices}</h4>`:l}
 ${v?c`${d(r,a,`choices/by-person`,t.by_person,h.byPerson,h.byPersonMeans)}
 ${t.optional.map(({key:e,text:t,allowed:n})=>d(r,a,`consent/${e}`,n,t))}`:l}
 ${t.known?d(r,a,`restriction`,t.restricted,h.restrict,h.restrictMeans):l}
 ${v&&t.contact!==void 0?f(`contact`,t.contact,r,i,a):l}
 ${v&&t.news!==void 0?f(`news`,t.news,r,i,a):l}
 ${t.known?n.shown(t):l}
 <h4>${o.texts.privacy}</h4>
${_?c`<p>${p(h.consented,{date:_,policy:y},s)}</p>`:l}
 ${t.ground?g(t.ground,``):l}
 <p>${t.complaint}</p>
<p>${m(o,t.page)}</p>
`}function d(e,{html:t,nothing:n},r,i,a,o=``){return t`<div class="choice">
<label class="allow">
<input type="checkbox" .checked=${i} aria-describedby=${o?r:n} @change=${async({target:t})=>{let n=t;try{await e.talk.reach(n.checked?`PUT`:`DELETE`,r)}catch{n.checked=!n.checked,p(n,e.talk.texts.failed)}}} />
<span>${a}</span>
</label>
${o?t`<p class="small" id=${r}>${o}</p>`:n}
 </div>`}function f(t,n,r,i,a){let{html:o,nothing:s,fill:c}=a,{talk:l}=r,u=e[l.language],[d,f,m,h]=t===`news`?[u.newsMeans,u.newsEmail,u.newsSave,u.newsRemove]:[u.contactMeans,n?u.change:u.email,u.save,u.remove],g=async(e,n,a)=>{try{await l.reach(e,t,a),n instanceof HTMLInputElement&&(n.value=``),await i(),r.focusOn(`#${t}`)}catch(e){p(n,e.detail||l.texts.failed)}};return o`<h4 id=${t} tabindex="-1">${u[t]}</h4>
${n?o`<p>${c(n.confirmed?u.contactKnown:u.unconfirmed,{address:n.address},l.language)}</p>`:s}
 <p class="small" id="${t}-means">${d}</p>
<label for="${t}-email">${f}</label>
<div class="mail">
<input id="${t}-email" type="email" required maxlength="254" autocomplete="email" aria-describedby="${t}-means" />
<button @click=${e=>{let t=e.target.parentElement?.querySelector(`input`);t?.reportValidity()&&g(`PUT`,t,{email:t.value.trim()})}}>${m}</button>
</div>
${n?o`<div class="buttons">
<button @click=${e=>void g(`DELETE`,e.target)}>${h}</button>
</div>`:s}`}function p(e,t){(e instanceof HTMLInputElement||e instanceof HTMLButtonElement)&&(e.setCustomValidity(t),e.reportValidity(),e.setCustomValidity(``))}async function m(t,n,r){let{talk:i}=t,{html:a}=r,{policy:o,renewed:s,page:c}=await i.reach(`GET`,`privacy`),l=e[i.language],u=async()=>{await i.reach(`POST`,`acceptance`,{policy:o}),t.dismiss()};n.body=a`<p>${l.renewedMeans}</p>
<ul>
${(s??[]).map(e=>a`<li>${e}</li>`)}
 </ul>
<p>${r.statement(i,c)}</p>
<div class="buttons"><button class="solid" id="read" @click=${()=>void u()}>${l.read}</button></div>`,t.update(),t.focusOn(`#read`)}async function h(t,n,{html:r,paragraphs:i}){let a=e[t.talk.language];n.body=r`${i(a.withdrawing)}
 <div class="buttons">
<button class="solid" @click=${()=>t.leave(()=>void t.talk.withdrawConsent())}>${a.withdrawYes}</button>
<button id="keep" @click=${t.dismiss}>${a.keep}</button>
</div>`,t.update(),t.focusOn(`#keep`)}var g=new CSSStyleSheet;g.replaceSync(s);var _={privacy:l,appeals:i,renewed:m,withdraw:h,age:t};export{_ as open,g as sheet};